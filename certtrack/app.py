"""The one place where the parts are joined."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from certtrack.auth.setup import join_auth
from certtrack.clock import make_clock
from certtrack.services.evidence.store import check_store
from certtrack.services.installation import open_database
from certtrack.services.rulebook import check_unchanged, load_rulebook
from certtrack.settings import Settings
from certtrack.web import BLUEPRINTS
from certtrack.web.assets import prepare_assets
from certtrack.web.by_mail import by_mail
from certtrack.web.errors import register_errors
from certtrack.web.frame import EXTENSION as PAGES
from certtrack.web.frame import make_pages
from certtrack.web.gate import check_right
from certtrack.web.headers import add_headers
from certtrack.web.late_forms import fill_in_kept
from certtrack.web.locales import keep_locale
from certtrack.web.login import prepare_hash
from certtrack.web.parts import EXTENSION, Parts
from certtrack.web.uploads import UploadRequest
from certtrack.web.viewers import find_login

_LARGEST_REQUEST = 16 * 1024 * 1024


def create_app(settings: Settings) -> Flask:
    """The web application; starts nothing, and keeps no connection that a fork could share.

    Raises OldDatabase where the database isn't current, BadPack where a pack has changed under an old version,
    BadSettings where files can't be kept as they are to be.
    """
    check_store(settings)
    parts = Parts(
        settings=settings,
        clock=make_clock(settings.clock_file, is_production=settings.is_production),
        rulebook=load_rulebook(settings.instance, settings.packs),
    )
    _check(parts)
    app = Flask("certtrack", static_folder=None, template_folder=None)
    app.request_class = UploadRequest
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST
    app.extensions[EXTENSION] = parts
    assets = prepare_assets(settings.instance)
    app.extensions[PAGES] = make_pages(assets)
    join_auth(app, settings, lambda: parts.database, find_login)
    app.before_request(check_right)
    app.after_request(fill_in_kept)
    app.after_request(add_headers)
    app.after_request(keep_locale)
    register_errors(app)
    with app.app_context():
        prepare_hash()
    app.extensions["csrf"].exempt(by_mail)  # a link's token is the proof, and whoever follows it has no session
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _wrap(app, assets.serve(app.wsgi_app), settings.trusted_proxies)
    return app


def _check(parts: Parts) -> None:
    database = open_database(parts.settings)
    try:
        with database.reading() as session:
            check_unchanged(session, parts.rulebook)
    finally:
        database.close()


def _wrap(app: Flask, inner: object, proxies: int) -> None:
    # `wsgi_app` is meant to be replaced
    served = ProxyFix(inner, x_for=proxies, x_proto=proxies, x_host=proxies) if proxies else inner  # type: ignore[arg-type]  # a WSGI application
    app.wsgi_app = served  # type: ignore[method-assign,assignment]  # likewise
