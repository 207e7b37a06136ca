// Passkeys: makes one, or asks for one, and sends the browser's answer as the form's `credential`.
"use strict";
(() => {
  const bytes = text => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, letter => letter.charCodeAt(0));
  };
  const text = buffer =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const known = list => (list || []).map(item => ({ ...item, id: bytes(item.id) }));

  const create = async ({ publicKey }) => {
    // It is to log in by itself: it must be found without a name, and must be unlocked.
    const authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: "required", requireResidentKey: true, userVerification: "required",
    };
    const made = await navigator.credentials.create({
      publicKey: {
        ...publicKey, authenticatorSelection,
        challenge: bytes(publicKey.challenge),
        user: { ...publicKey.user, id: bytes(publicKey.user.id) },
        excludeCredentials: known(publicKey.excludeCredentials),
      },
    });
    return answer(made, { attestationObject: text(made.response.attestationObject) });
  };

  const get = async ({ publicKey }) => {
    const found = await navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        allowCredentials: known(publicKey.allowCredentials),
      },
    });
    const { authenticatorData, signature, userHandle } = found.response;
    return answer(found, {
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle && text(userHandle),
    });
  };

  const answer = (credential, response) => ({
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  });

  const ways = {
    create: form => create(given().creation_options),
    get: form => get(given().request_options),
    login: async form => {
      const asked = await fetch(form.action, { headers: { Accept: "application/json" } });
      return get((await asked.json()).request_options);
    },
  };
  const given = () => JSON.parse(document.getElementById("passkey-options").textContent);

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", async event => {
      event.preventDefault();
      const failed = form.querySelector("[role=alert][hidden], [role=alert].shown");
      failed.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(await ways[form.dataset.passkey](form));
        form.submit();
      } catch {
        failed.hidden = false;
        failed.classList.add("shown");
      }
    });
  }
})();
