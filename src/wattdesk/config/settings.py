"""Django settings from the environment. Importing this never starts a server."""

import os
from pathlib import Path
from urllib.parse import quote

import dj_database_url

from wattdesk.config import environment as env
from wattdesk.toolkit import localdb

VAR = env.var_folder()
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.secret("SECRET_KEY")
# Keys kept outside the database: see docs/operations/keys.md.
AUDIT_KEY = env.secret("AUDIT_KEY")
ALLOWED_HOSTS = env.text("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in env.text("TRUSTED_ORIGINS").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django_htmx",
    "django_vite",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
    "pgtrigger",
    "pghistory",
    "wattdesk.domains.identity",
    "wattdesk.domains.audit",
    "wattdesk.domains.premises",
    "wattdesk.domains.tariffs",
    "wattdesk.domains.metering",
    "wattdesk.domains.customers",
    "wattdesk.domains.ledger",
    "wattdesk.domains.billing",
    "wattdesk.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "wattdesk.web.middleware.ContentPolicy",
    "wattdesk.web.middleware.StaffLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "wattdesk.web.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wattdesk.web.middleware.Refusals",
]

ROOT_URLCONF = "wattdesk.config.urls"
WEB = Path(__file__).resolve().parents[1] / "web"
WSGI_APPLICATION = "wattdesk.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # First, so that our pages come before the packages' own of the same name.
        "DIRS": [WEB / "templates", *sorted((WEB / "staff").glob("*/templates"))],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wattdesk.web.shell.context",
            ],
            "builtins": ["wattdesk.web.templatetags.wd", "django.templatetags.i18n"],
        },
    }
]

# --- The record ----------------------------------------------------------------------
# Two logins: the owner migrates, the application's role runs. Without DATABASE_URL both are on the
# embedded server under var/; commands start that server, settings only compute its address.
PG_DATA = VAR / "pg"
DATABASE_URL = os.environ.get("DATABASE_URL", "")
EMBEDDED = not DATABASE_URL
APP_ROLE = "wattdesk_app"
AS_OWNER = env.flag("AS_OWNER")
if EMBEDDED:
    _user = localdb.OWNER if AS_OWNER else APP_ROLE
    _folder = quote(str(localdb.socket_folder(PG_DATA)), safe="")
    DATABASE_URL = f"postgresql://{_user}@{_folder}/wattdesk"
elif AS_OWNER:
    DATABASE_URL = os.environ.get("DATABASE_OWNER_URL", DATABASE_URL)

DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=600)}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "options": "-c lock_timeout=10s -c timezone=UTC",
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "toolkit_cache",
    }
}

# --- People --------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Staff"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "wattdesk.domains.identity.passwords.NotTheOwnName"},
]
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = env.flag("HTTPS")
CSRF_COOKIE_SECURE = env.flag("HTTPS")
SECURE_SSL_REDIRECT = env.flag("HTTPS")
SECURE_HSTS_SECONDS = 31536000 if env.flag("HTTPS") else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "wattdesk.web.staff.signin.adapter.StaffAccount"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
# Five failures a minute for a name, twenty for an address (a hall of people may share one).
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "5/m/key,20/m/ip",
    "change_password": "5/m/user",
}

# --- Language and time ---------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "wd_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
# Every package with texts of its own keeps its own catalogue beside them.
LOCALE_PATHS = sorted(
    str(p) for p in (Path(__file__).resolve().parents[1]).glob("**/locale") if p.is_dir()
)

# --- Files ---------------------------------------------------------------------------
STATIC_URL = "/static/"
# Vite builds straight into the folder that is served: nothing else has static files here.
STATIC_ROOT = VAR / "static"
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": VAR / "static" / "manifest.json",
        "static_url_prefix": STATIC_URL,
    }
}
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Vite writes the content's hash into the name: such a file never changes.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[\w-]{8}\.\w+$"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
IMPORT_MAX_BYTES = int(env.text("IMPORT_MAX_BYTES", str(200 * 1024 * 1024)))
CURVES = VAR / "curves"
IMPORTS = VAR / "imports"
# A supplier's own rules, asked before the shipped ones (see rulebook/README.md).
RULEBOOK_EXTRA = env.text("RULEBOOK_EXTRA")
# A folder of the supplier's own import profiles (see docs/howto/add-an-import-profile.md).
IMPORT_PROFILES = env.text("IMPORT_PROFILES")
DRAFTS = VAR / "runs"
AUDIT_HEAD = VAR / "audit"

PGHISTORY_APPEND_ONLY = True
# Imported when a job is queued or a worker starts; earlier, its tasks would go to no app.
PROCRASTINATE_IMPORT_PATHS = ["wattdesk.jobs.queue"]
WORKERS = int(env.text("WORKERS", str(min(os.cpu_count() or 1, 8))))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
}
