#include <algorithm>

#include "broker-configs/render.hpp"
#include "core/text.hpp"
#include "pki/ossl/file_contents.hpp"
#include "pki/ossl/revocation_list.hpp"

namespace epki::broker {

namespace {

// The timer's day, its random hour, and a day in which somebody can notice that it failed.
constexpr auto must_last = std::chrono::hours(24 + 1 + 24);

constexpr std::string_view again = "make it again with ec200u-pki crl; nothing was written";

// The CAs of the bundle that sign device certificates: all but those that only sign another one of it.
std::vector<std::string> issuers_of_clients(const ossl::Chain& anchors) {
  std::vector<std::string> names;
  for (const auto& anchor : anchors) {
    const bool only_root = std::any_of(anchors.begin(), anchors.end(), [&](const ossl::Certificate& other) {
      return !other.self_issued() && other.issuer_der() == anchor.subject_der();
    });
    if (!only_root) names.push_back(anchor.subject());
  }
  return names;
}

}  // namespace

Result<ossl::Chain> read_anchors(std::string_view bytes) {
  ossl::Chain anchors;
  for (const auto& item : ossl::file_contents(bytes).items) {
    if (item.kind != ossl::FileItem::Kind::certificate) continue;
    if (!item.damage.empty())
      return Error{Errc::input,
                   "the certificate in line " + std::to_string(item.line) + " cannot be read: " + item.damage};
    auto certificate = ossl::Certificate::from_der(item.der);
    if (!certificate) return std::move(certificate).error();
    anchors.push_back(*std::move(certificate));
  }
  if (anchors.empty()) return Error{Errc::input, "there is no certificate in it"};
  return anchors;
}

Status check_crl_lasts(std::string_view bytes, const ossl::Chain& anchors, Instant now) {
  const auto contents = ossl::file_contents(bytes);
  std::vector<std::string> covered;
  for (const auto& item : contents.items) {
    if (item.kind != ossl::FileItem::Kind::crl) continue;
    auto list = ossl::revocation_list_facts(item.der);
    if (!list) return std::move(list).error().during("reading the CRL");
    if (list->this_update && *list->this_update > now)
      return Error{Errc::input,
                   "the CRL of " + list->issuer + " begins on " + rfc3339(*list->this_update) +
                       ": until then a broker that enforces it refuses every client",
                   std::string(again)};
    if (!list->next_update)
      return Error{Errc::input, "the CRL of " + list->issuer + " has no nextUpdate", std::string(again)};
    if (*list->next_update <= now)
      return Error{Errc::input,
                   "the CRL of " + list->issuer + " ran out on " + rfc3339(*list->next_update) +
                       ": a broker that enforces it refuses every client",
                   std::string(again)};
    if (*list->next_update < now + must_last)
      return Error{Errc::input,
                   "the CRL of " + list->issuer + " runs out on " + rfc3339(*list->next_update) +
                       ", before the daily timer is sure to have made the next one",
                   std::string(again)};
    covered.push_back(list->issuer);
  }
  if (covered.empty()) return Error{Errc::input, "certs/crl.pem holds no CRL", std::string(again)};
  for (const auto& issuer : issuers_of_clients(anchors))
    if (std::find(covered.begin(), covered.end(), issuer) == covered.end())
      return Error{Errc::input,
                   "certs/crl.pem holds no CRL of " + issuer +
                       ", which signs the device certificates: the broker would refuse every one of them",
                   std::string(again)};
  return success();
}

}  // namespace epki::broker
