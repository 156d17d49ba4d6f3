"""The draft that an address names, and an edit of it with what a person is told when it cannot be made."""

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from survey.actions.instrument.edit_draft import DraftChangedError, edit_draft
from survey.actions.instrument.read_draft import ReadDraft, read_draft
from survey.instrument.drafting.draft import Keys, NoSuchPartError, UnfitEditError
from survey.web.i18n import current_time, gettext
from survey.web.security import signed_in_account
from survey.web.services import services


def found_draft(draft: str) -> ReadDraft:
    """The draft, or 404. One that was published is shown no more: it is among the versions."""
    read = read_draft(services().storage, draft)
    if read is None or read.published:
        abort(404)
    return read


def posted_revision() -> int:
    """The state that the page was made from, which every form of the editor carries."""
    written = request.form.get("revision", "")
    return int(written) if written.isdecimal() and len(written) < 8 else 0


def edited(
    draft: str, change: Callable[[Keys], Keys], done: str, subject: str = "", *, anchor: str = ""
) -> ResponseReturnValue:
    """Make the change and lead back to the editor, at the part that was changed."""
    actor = signed_in_account().email
    revision = posted_revision()
    try:
        edit_draft(
            services().storage, draft, revision, change, done=done, subject=subject, now=current_time(), actor=actor
        )
    except DraftChangedError:
        flash(changed_meanwhile(), "error")
    except NoSuchPartError:
        flash(gettext("这道题（或这一部分）已经不在了，没有改动。"), "error")
    except UnfitEditError:
        flash(gettext("这样改会出现重名，或者会丢掉还有题目的部分，没有改动。"), "error")
    return redirect(url_for("drafting.editor", draft=draft, _anchor=anchor or None), 303)


def changed_meanwhile() -> str:
    return gettext("这份草稿刚被别人（或您的另一个页面）改过，这次没有保存。现在看到的是最新内容，请再改一次。")
