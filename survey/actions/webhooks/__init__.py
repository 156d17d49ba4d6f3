"""Other programs are told what happened: registered addresses, signed messages, attempts until one is taken."""
