// Mounts Stripe's Payment Element in every form that {% payment_action %} rendered, and sends the payer back to the return
// address afterwards. What the browser hears about the outcome is shown to the payer and believed by nobody.
(() => {
  "use strict";
  const start = (form) => {
    const { clientSecret, publishableKey, account, returnUrl } = form.dataset;
    const button = form.querySelector("button");
    const problem = form.querySelector(".paywright-error");
    const tell = (sentence) => {
      problem.textContent = sentence || "";
      problem.hidden = !sentence;
    };
    const stripe = window.Stripe(publishableKey, account ? { stripeAccount: account } : undefined);
    const elements = stripe.elements({ clientSecret });
    const place = form.querySelector(".paywright-element");
    place.textContent = "";
    const element = elements.create("payment");
    element.on("ready", () => { button.disabled = false; });
    element.mount(place);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      tell("");
      const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: returnUrl } });
      if (error) tell(error.message);
      button.disabled = false;
    });
  };
  const all = () => document.querySelectorAll("form.paywright-elements").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
