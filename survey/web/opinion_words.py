"""What residents and the office call the topics and states of an opinion, in the language of the page."""

from flask_babel import lazy_gettext

from survey.opinion.opinion import OpinionState, Topic
from survey.opinion.opinion_case import StepKind

TOPICS = {
    Topic.ENVIRONMENT: lazy_gettext("环境卫生"),
    Topic.TRAFFIC: lazy_gettext("交通出行"),
    Topic.FACILITIES: lazy_gettext("公共设施"),
    Topic.SAFETY: lazy_gettext("安全"),
    Topic.SERVICES: lazy_gettext("办事服务"),
    Topic.CONDUCT: lazy_gettext("文明行为"),
    Topic.OTHER: lazy_gettext("其他"),
}
STATES = {
    OpinionState.RECEIVED: lazy_gettext("已经收到"),
    OpinionState.HANDLING: lazy_gettext("正在办理"),
    OpinionState.ANSWERED: lazy_gettext("已经答复"),
    OpinionState.CONFIRMED: lazy_gettext("居民确认解决"),
    OpinionState.REOPENED: lazy_gettext("居民认为没有解决"),
}
STEPS = {
    StepKind.ASSIGNED: lazy_gettext("交办"),
    StepKind.RETURNED: lazy_gettext("退回"),
    StepKind.REPLIED: lazy_gettext("答复"),
    StepKind.CONFIRMED: lazy_gettext("居民确认解决"),
    StepKind.REOPENED: lazy_gettext("居民认为没有解决"),
}
