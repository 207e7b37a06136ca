"""The project package: settings, addresses, and the doors of web and worker."""
