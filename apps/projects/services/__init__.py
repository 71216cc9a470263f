"""What changes who may do what. Everything here is written to a log: a project's, or the installation's."""
