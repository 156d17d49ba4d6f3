"""One table: which error becomes which status and page. Every error page says what happened and what to do."""

from dataclasses import dataclass

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from werkzeug.exceptions import HTTPException, TooManyRequests

from survey.actions import StorageUnavailableError
from survey.invitation.invitation import RetiredCodeError, UnknownCodeError
from survey.opinion.form_ticket import FormTicketError
from survey.programme.wave import WaveNotOpenError, WaveStatus
from survey.response.ticket import TicketError
from survey.web.i18n import current_time, use_language
from survey.web.look import page_look
from survey.web.permissions import keeps_session
from survey.web.services import services

ErrorPage = tuple[str, int, dict[str, str]]


@dataclass(frozen=True)
class Words:
    """Title and explanation of an error page (lazy: translated when the page is made)."""

    title: str
    text: str


WORDS = {
    400: Words(
        lazy_gettext("提交的内容无法识别"),
        lazy_gettext("您的浏览器发来的内容不完整，没有保存任何答案。请返回上一页，再提交一次。"),
    ),
    403: Words(lazy_gettext("不能打开这个页面"), lazy_gettext("您的账号没有查看此页的权限。如有需要，请联系管理员。")),
    404: Words(lazy_gettext("没有这个页面"), lazy_gettext("地址可能输错了一两个字符，或者页面已经移走。")),
    405: Words(lazy_gettext("不能这样打开这个页面"), lazy_gettext("请从首页或二维码重新进入。")),
    410: Words(lazy_gettext("这个页面已经停用"), lazy_gettext("请从首页重新进入。")),
    413: Words(
        lazy_gettext("提交的内容太大"),
        lazy_gettext("没有保存任何答案。请返回上一页，把文字写短一些，再提交一次。"),
    ),
    429: Words(lazy_gettext("操作太频繁"), lazy_gettext("请稍等几分钟再试。")),
    500: Words(lazy_gettext("系统出了故障"), lazy_gettext("故障已经记录。请过几分钟再试。")),
}


# Errors of the domain and the status whose words their page has.
DOMAIN_ERRORS: dict[type[Exception], int] = {
    UnknownCodeError: 404,
    RetiredCodeError: 410,
    TicketError: 404,
    FormTicketError: 400,
}
CODE_WORDS: dict[type[Exception], Words] = {
    FormTicketError: WORDS[400],
    UnknownCodeError: Words(
        lazy_gettext("没有这个编码"),
        lazy_gettext("编码可能输错了一两个字符。请对照二维码下面印的编码，再输入一次。"),
    ),
    RetiredCodeError: Words(
        lazy_gettext("这个编码已经停用"),
        lazy_gettext("这张海报或这封信已经不用了，没有保存任何答案。如果您手里有新的编码，请在这里输入。"),
    ),
    TicketError: Words(
        lazy_gettext("这个链接不完整"),
        lazy_gettext("可能是复制链接时少了几个字符。请重新扫二维码，或者在这里输入编码。"),
    ),
}


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(TooManyRequests, show_too_many)
    app.register_error_handler(StorageUnavailableError, show_storage_unavailable)
    app.register_error_handler(WaveNotOpenError, show_wave_not_open)
    for kind in DOMAIN_ERRORS:
        app.register_error_handler(kind, show_domain_error)
    app.context_processor(lambda: {"organisers": lambda: services().forms.organisers(current_time())})


def show_domain_error(error: Exception) -> ErrorPage:
    """A page for an error that stands in the table."""
    kind = type(error)
    status = DOMAIN_ERRORS[kind]
    return render_template("errors/error.html", words=CODE_WORDS[kind], status=status), status, {}


def show_wave_not_open(error: WaveNotOpenError) -> ErrorPage:
    """410 when the wave is over; 403 before it begins and after its approval has expired."""
    status = 410 if error.wave.status is WaveStatus.CLOSED else 403
    return render_template("errors/wave_not_open.html", wave=error.wave, status=error.wave.status.value), status, {}


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """A page for every status that the framework or a view ends a request with; redirects pass as they are. It speaks
    the language of its address, although no view may have looked at it.
    """
    status = error.code or 500
    if status < 400:
        return error.get_response()
    use_language(page_look().language)
    words = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    return render_template("errors/error.html", words=words, status=status), status, _kept_headers(error)


def show_storage_unavailable(_error: StorageUnavailableError) -> ErrorPage:
    """503: nothing was stored, nothing is lost; the page holds what was sent, so that it can be sent again."""
    held = [(name, value) for name, values in _posted().items() for value in values]
    page = render_template("errors/storage_unavailable.html", held=held, posted=bool(held))
    return page, 503, {"Retry-After": "20"}


def show_too_many(error: TooManyRequests) -> ErrorPage:
    """429: nothing was stored, nothing is lost; the page holds what was sent, in the language of the form."""
    use_language(page_look().language)
    held = [(name, value) for name, values in _posted().items() for value in values]
    return render_template("errors/too_many.html", held=held), 429, _kept_headers(error)


def _posted() -> dict[str, list[str]]:
    if request.method != "POST" or keeps_session(request.endpoint):
        return {}  # a form of the staff may hold a password
    return {name: values for name, values in request.form.lists() if name != "csrf_token"}


def _kept_headers(error: HTTPException) -> dict[str, str]:
    names = {"allow", "retry-after", "www-authenticate"}
    return {name: value for name, value in error.get_headers() if name.lower() in names}
