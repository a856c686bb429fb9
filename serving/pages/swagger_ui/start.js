// Shows openapi.json. A file of its own, since the page allows no script inside itself.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null, // or Swagger UI would ask a service on the internet
});
