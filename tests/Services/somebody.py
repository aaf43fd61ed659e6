"""A filter for Glance without an identity service: every caller is an administrator of one project, or whom the token names.

A token of the form USER/PROJECT is that member of that project, so that sharing can be tried.
"""


class Somebody:
    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        user, _, project = environ.get("HTTP_X_AUTH_TOKEN", "").partition("/")
        known = {
            "IDENTITY_STATUS": "Confirmed",
            "USER_ID": user or "somebody",
            "PROJECT_ID": project or "everybody",
            "ROLES": "member,reader" if project else "admin,member,reader",
        }
        environ.update({"HTTP_X_" + name: value for name, value in known.items()})
        return self.application(environ, start_response)


def filter_factory(_settings, **_local):
    return Somebody
