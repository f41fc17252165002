import { isSet, ParameterError, type RequestParameters } from "./parameters.ts";
import { serviceToCompare } from "./validation.ts";

/** Whether a parameter has the same meaning in both places. */
type Agree = (one: RequestParameters, other: RequestParameters, name: string) => boolean;

const sameService: Agree = (one, other, name) => sameAddress(one, name, other, name);
const sameSwitch: Agree = (one, other, name) => isSet(one, name) === isSet(other, name);
const sameWord: Agree = (one, other, name) => one.get(name)?.toUpperCase() === other.get(name)?.toUpperCase();

/** `TARGET` is what SAML 1.1 clients call the service. */
const otherName: ReadonlyMap<string, string> = new Map([
  ["service", "TARGET"],
  ["TARGET", "service"],
]);

function sameAddress(
  one: RequestParameters,
  name: string,
  other: RequestParameters,
  otherName: string,
): boolean {
  return serviceToCompare(one.get(name) ?? "") === serviceToCompare(other.get(otherName) ?? "");
}

const askedInTheAddress: ReadonlyMap<string, Agree> = new Map([
  ["service", sameService],
  ["TARGET", sameService],
  ["renew", sameSwitch],
  ["gateway", sameSwitch],
  ["method", sameWord],
]);

/**
 * Parameters of a login form, together with those of the address it was posted to: custom forms post to the address of
 * their page, including `service`. A parameter in both has to agree. Username, password and login ticket are read from
 * the form alone, because addresses are logged.
 *
 * @throws ParameterError `parameter_contradicted`
 * @see CAS protocol 3.0.3, section 2.2.1
 */
export function withQuery(form: RequestParameters, query: RequestParameters): RequestParameters {
  const together = new Map(form);
  for (const [name, agree] of askedInTheAddress) {
    // An empty flag is set; an empty address or method is absent.
    const isGiven = (parameters: RequestParameters): boolean =>
      agree === sameSwitch ? parameters.has(name) : (parameters.get(name) ?? "") !== "";
    if (!isGiven(query)) continue;
    const other = otherName.get(name);
    // `service` in the form and `TARGET` in the address, or the reverse, must name the same address.
    if (other !== undefined && (form.get(other) ?? "") !== "" && !sameAddress(query, name, form, other))
      throw new ParameterError("parameter_contradicted", name);
    if (!isGiven(form)) together.set(name, query.get(name) ?? "");
    else if (!agree(form, query, name)) throw new ParameterError("parameter_contradicted", name);
  }
  return together;
}
