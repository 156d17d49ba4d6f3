"""Residents: from the QR code to the receipt."""
