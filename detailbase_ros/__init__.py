from pkgutil import extend_path

# In an editable pip install the generated messages lie in another folder of the same name.
__path__ = extend_path(__path__, __name__)
