"""What runs another engine's evaluator inside the sandbox: plain standard library, Python 3.11 or later.

A project keeps these files with its evaluator, so that what was measured can be measured again in the same way. Inside,
the package is called evoweb_jail, beside the folder's own files.
"""
