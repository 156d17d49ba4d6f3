"""What the sign-in pages say, in place of the library's English texts; translated by the catalogues of the staff."""

from flask_babel import lazy_gettext as _

PAGE_EXPIRED = _("页面打开时间过长，已经失效，刚才的操作没有执行。请再试一次。")
_GENERIC = _("邮箱或密码不正确。连续输错五次，账号会锁定五分钟。")

# Every key is `SECURITY_MSG_` plus the library's name of the message; the second part is the category of the notice.
MESSAGES = {
    f"SECURITY_MSG_{name}": (text, category)
    for name, text, category in (
        ("GENERIC_AUTHN_FAILED", _GENERIC, "error"),
        ("UNAUTHENTICATED", _("请先登录。"), "info"),
        ("LOGIN", _("请先登录。"), "info"),
        ("DISABLED_ACCOUNT", _GENERIC, "error"),
        ("EMAIL_NOT_PROVIDED", _("请填写邮箱。"), "error"),
        ("INVALID_EMAIL_ADDRESS", _GENERIC, "error"),
        ("PASSWORD_NOT_PROVIDED", _("请填写密码。"), "error"),
        ("INVALID_PASSWORD", _("密码不正确。"), "error"),
        ("PASSWORD_INVALID_LENGTH", _("新密码至少需要 12 个字符。"), "error"),
        ("PASSWORD_IS_THE_SAME", _("新密码不能与原密码相同。"), "error"),
        ("RETYPE_PASSWORD_MISMATCH", _("两次输入的新密码不一致。"), "error"),
        ("PASSWORD_CHANGE", _("密码已修改，其他设备上的登录已全部退出。"), "success"),
        ("REAUTHENTICATION_REQUIRED", _("为了安全，请再输入一次密码。"), "info"),
        ("REAUTHENTICATION_SUCCESSFUL", _("已确认。"), "success"),
        ("INVALID_CODE", _("验证码不正确。"), "error"),
        ("TWO_FACTOR_INVALID_TOKEN", _("验证码不正确或已经用过。"), "error"),
        ("TWO_FACTOR_LOGIN_SUCCESSFUL", _("已登录。"), "success"),
        ("TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL", _("两步验证已开启。"), "success"),
        ("TWO_FACTOR_PERMISSION_DENIED", _("请从登录页面重新开始。"), "error"),
        ("TWO_FACTOR_METHOD_NOT_AVAILABLE", _("请选择一项。"), "error"),
        ("TWO_FACTOR_DISABLED", _("两步验证已关闭。"), "success"),
        ("TWO_FACTOR_SETUP_EXPIRED", _("设置超过了时限，请重新开始。"), "error"),
        ("INVALID_RECOVERY_CODE", _("恢复码不正确或已经用过。"), "error"),
        ("NO_RECOVERY_CODES_SETUP", _("还没有恢复码。"), "info"),
        ("API_ERROR", _("请从登录页面重新开始。"), "error"),
    )
}
