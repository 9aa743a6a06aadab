"""The demo's world: rooms, furniture, a depth camera and a drive, all from a seed.

May import: io, ops; errors, types, config, transforms; nothing that needs torch.
"""
