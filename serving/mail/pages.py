"""The small pages behind the links of mails: no script, no image, nothing from elsewhere, four languages.

They are filled by `str.format`: the base install brings no Jinja2.
"""

from html import escape

from starlette.responses import HTMLResponse

_TEXTS = {
    "en": {
        "ask": "Stop the daily digest?",
        "button": "Unsubscribe",
        "done": "You are unsubscribed.",
        "done_more": "You will get no more of these mails. You can close this page.",
        "later": "We could not note this just now. Please try again in a minute.",
        "gone": "This link is no longer valid.",
        "report": "Is this article misleading?",
        "report_button": "Tell the editors",
        "reported": "Thank you. The editors will look at it.",
    },
    "es": {
        "ask": "¿Dejar de recibir el resumen diario?",
        "button": "Darse de baja",
        "done": "Su baja está hecha.",
        "done_more": "No recibirá más estos correos. Puede cerrar esta página.",
        "later": "No pudimos anotarlo en este momento. Vuelva a intentarlo en un minuto.",
        "gone": "Este enlace ya no es válido.",
        "report": "¿Es engañoso este artículo?",
        "report_button": "Avisar a la redacción",
        "reported": "Gracias. La redacción lo revisará.",
    },
    "pt": {
        "ask": "Deixar de receber o resumo diário?",
        "button": "Cancelar a inscrição",
        "done": "A sua inscrição foi cancelada.",
        "done_more": "Você não receberá mais estes e-mails. Pode fechar esta página.",
        "later": "Não foi possível registrar agora. Tente de novo em um minuto.",
        "gone": "Este link não é mais válido.",
        "report": "Este artigo é enganoso?",
        "report_button": "Avisar a redação",
        "reported": "Obrigado. A redação vai verificar.",
    },
    "fr": {
        "ask": "Ne plus recevoir le résumé quotidien ?",
        "button": "Se désabonner",
        "done": "Vous êtes désabonné.",
        "done_more": "Vous ne recevrez plus ces courriels. Vous pouvez fermer cette page.",
        "later": "Nous n'avons pas pu l'enregistrer. Réessayez dans une minute.",
        "gone": "Ce lien n'est plus valable.",
        "report": "Cet article est-il trompeur ?",
        "report_button": "Prévenir la rédaction",
        "reported": "Merci. La rédaction va l'examiner.",
    },
}
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Frontpage</title>
<style>
  body {{ font: 18px/1.5 Georgia, serif; margin: 15vh auto 0; max-width: 32em; padding: 0 20px; text-align: center; }}
  button {{ font: inherit; padding: 0.6em 1.4em; }}
</style>
</head>
<body>
<main><h1>{heading}</h1>{body}</main>
</body>
</html>
"""
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


def ask_page(language: str) -> HTMLResponse:
    """Asks before it unsubscribes: mail scanners open every link, but they do not press buttons."""
    return _page(200, language, "ask", f'<form method="post"><button>{_text(language, "button")}</button></form>')


def done_page(language: str) -> HTMLResponse:
    """It is done."""
    return _page(200, language, "done", f"<p>{_text(language, 'done_more')}</p>")


def report_page(language: str) -> HTMLResponse:
    """Asks before it reports: mail scanners open every link."""
    return _page(
        200, language, "report", f'<form method="post"><button>{_text(language, "report_button")}</button></form>'
    )


def reported_page(language: str) -> HTMLResponse:
    """It was noted."""
    return _page(200, language, "reported", "")


def later_page(language: str) -> HTMLResponse:
    """It could not be noted: 503, so that a mail provider's one click tries again."""
    return _page(503, language, "later", "")


def gone_page(status: int, language: str = "en") -> HTMLResponse:
    """A link that is none of ours (404), or was for a time only (410)."""
    return _page(status, language, "gone", "")


def _page(status: int, language: str, heading: str, body: str) -> HTMLResponse:
    known = language if language in _TEXTS else "en"
    page = _PAGE.format(language=known, heading=_text(known, heading), body=body)
    return HTMLResponse(page, status, {**HEADERS, "Content-Security-Policy": _POLICY})


def _text(language: str, name: str) -> str:
    return escape(_TEXTS.get(language, _TEXTS["en"])[name])
