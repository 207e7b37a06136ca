"""Signing in with ORCID: what we ask there, what we keep of it, and what we never believe.

ORCID's token answer names the iD and the person, so nothing else is fetched. An e-mail address in
a record there proves nothing here: people who come by ORCID give one and verify it as all do.
"""

import json
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount import forms
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.orcid.provider import OrcidProvider
from allauth.socialaccount.providers.orcid.views import OrcidOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from requests import RequestException
from urllib3.exceptions import HTTPError

from bzpeer.lib.access import signed_in
from profiles.account_forms import Named
from profiles.models import User
from works.domain.identity import orcid

LONGEST_ANSWER = 64 * 1024
LONGEST_NAME = User._meta.get_field("name").max_length

Answer = dict[str, Any]


class ORCIDClient(OAuth2Client):  # type: ignore[misc]
    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None
    ) -> Answer:
        """The iD and the name that ORCID answers with; raises OAuth2Error for anything else.

        The token itself is forgotten at once: there is nothing that we would do with it.
        """
        answer = self._ask(
            {
                "client_id": self.consumer_key,
                "client_secret": self.consumer_secret,
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.callback_url,
                "code_verifier": pkce_code_verifier or "",
            }
        )
        found, name = orcid(str(answer.get("orcid"))), answer.get("name")
        if not found or not answer.get("access_token"):
            raise OAuth2Error("no iD in the answer")
        return {"orcid": found, "name": str(name)[:LONGEST_NAME] if name else ""}

    def _ask(self, fields: dict[str, str]) -> Answer:
        session = ORCIDAccounts().get_requests_session()
        headers = {"Accept": "application/json"}
        try:
            with session, session.request(
                "POST", self.access_token_url, data=fields, headers=headers,
                allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                body = response.raw.read(LONGEST_ANSWER, decode_content=True)
            answer = json.loads(body) if response.status_code == 200 else None
        except (RequestException, OSError, HTTPError, ValueError) as error:
            raise OAuth2Error(type(error).__name__) from error
        if not isinstance(answer, dict):
            raise OAuth2Error(f"status {response.status_code}")
        return answer


class ORCIDAdapter(OrcidOAuth2Adapter):  # type: ignore[misc]
    client_class = ORCIDClient

    @property
    def authorize_url(self) -> str:
        return f"{settings.ORCID_URL}/oauth/authorize"

    @property
    def access_token_url(self) -> str:
        return f"{settings.ORCID_URL}/oauth/token"

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """The address registered with ORCID, whatever host a request names."""
        return settings.SITE_URL + reverse("orcid_callback")

    def parse_token(self, data: Answer) -> SocialToken:
        return SocialToken(token="")

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        return self.get_provider().sociallogin_from_response(request, kwargs["response"])


class ORCIDProvider(OrcidProvider):  # type: ignore[misc]
    name = "ORCID"
    oauth2_adapter_class = ORCIDAdapter

    def extract_uid(self, data: Answer) -> str:
        return str(data["orcid"])

    def extract_extra_data(self, data: Answer) -> Answer:
        return {**data, "time": timezone.now().isoformat(timespec="seconds")}

    def extract_common_fields(self, data: Answer) -> Answer:
        return {"name": data["name"]}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> Answer:
        """Where to come back to; scope, parameters and process are not the visitor's to choose."""
        kwargs: Answer = super().get_redirect_from_request_kwargs(request)
        process = AuthProcess.CONNECT if signed_in(request) else AuthProcess.LOGIN
        return kwargs | {"process": process, "scope": self.get_scope(), "auth_params": {}}


class ORCIDAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """What allauth's part for other sites' accounts is told to do differently."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The one that the settings name: none in the database is believed."""
        if not settings.ORCID_CLIENT_ID:
            return []
        known = {"client_id": settings.ORCID_CLIENT_ID, "secret": settings.ORCID_CLIENT_SECRET}
        return [SocialApp(provider="orcid", name="ORCID", **known)]

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Answer) -> User:
        user: User = sociallogin.user
        user.name = data.get("name") or ""
        return user

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> Answer:
        return {"name": sociallogin.user.name}

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """An account has one iD; another is connected once the first is taken off."""
        if sociallogin.state.get("process") != AuthProcess.CONNECT or not signed_in(request):
            return
        mine = SocialAccount.objects.filter(user_id=request.user.pk)
        if mine.exclude(uid=sociallogin.account.uid).exists():
            messages.error(request, "Another iD is connected. Disconnect it first.")
            raise ImmediateHttpResponse(redirect("account_orcid"))

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        return reverse("account_orcid")

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        return False

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: ORCIDProvider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: Answer | None = None,
    ) -> None:
        """One page for whatever went wrong; what ORCID sent is not on it."""
        context = {"cancelled": error == AuthError.CANCELLED, "away": exception is not None}
        raise ImmediateHttpResponse(render(request, "socialaccount/failed.html", context))


class SignUpForm(Named, forms.SignupForm):  # type: ignore[misc]
    """The rest of an account that starts at ORCID: an address to verify, and a name."""

    field_order = ("email", "name")
