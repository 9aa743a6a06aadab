"""Topic and service -> worker -> answer."""
