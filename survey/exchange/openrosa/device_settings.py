"""Step 2: the settings of a device as the QR code that ODK Collect scans: base64 of zlib of JSON.

The keys are those of Collect's `client-settings.schema.json`.
"""

import base64
import json
import zlib


def settings_code(server_url: str, name: str) -> str:
    """The text of the QR code for the project `name` on a device.

    Forms follow the server; records are sent as soon as there is a network and deleted after that, so that nobody
    opens an answer again. What would undo this is locked.
    """
    settings = {
        "general": {
            "protocol": "odk_default",
            "server_url": server_url,
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": "every_fifteen_minutes",
            "autosend": "wifi_and_cellular",
            "delete_send": True,
            "constraint_behavior": "on_swipe",
            "analytics": False,
        },
        "admin": {
            "view_sent": False,
            "change_server": False,
            "form_update_mode": False,
            "change_autosend": False,
            "delete_after_send": False,
            "analytics": False,
        },
        "project": {"name": name, "icon": "民", "color": "#1f5f99"},
    }
    packed = zlib.compress(json.dumps(settings, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    return base64.b64encode(packed).decode()
