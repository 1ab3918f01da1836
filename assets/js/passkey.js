/* 通行密钥：向本站要问题，让设备回答，再把回答放进表单送出。脚本不留任何东西。
   Passkeys: ask this site for a challenge, let the device answer it, send the answer with the form. Nothing is kept here. */

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const asked = (options) => {
  const told = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (told.user) told.user = { ...told.user, id: bytes(told.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"])
    if (told[list]) told[list] = told[list].map((one) => ({ ...one, id: bytes(one.id) }));
  return { publicKey: told };
};

const given = (credential) => {
  const answer = credential.response;
  const response = { clientDataJSON: text(answer.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (answer[part]) response[part] = text(answer[part]);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
};

const challenge = async (form) => {
  const body = new FormData(form);
  body.append("options", "1");
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
  if (!answer.ok) {
    location.reload();
    throw new Error("no challenge");
  }
  return answer.json();
};

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  if (!window.PublicKeyCredential) return;
  form.hidden = false;
  const said = form.querySelector("[data-said]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    said.textContent = "";
    try {
      const options = asked(await challenge(form));
      const credential = await navigator.credentials[form.dataset.passkey](options);
      const field = form.elements.credential;
      field.disabled = false;
      field.value = given(credential);
      form.submit();
    } catch {
      said.textContent = form.dataset.failed;
    }
  });
});
