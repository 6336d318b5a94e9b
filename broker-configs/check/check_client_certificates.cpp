#include <algorithm>

#include "broker-configs/check/subject.hpp"
#include "broker-configs/render.hpp"
#include "core/file.hpp"
#include "pki/ossl/file_contents.hpp"

namespace epki::broker {

namespace {

bool by_name_of_certificate(const Listener& listener) {
  return listener.settings.is_true("use_identity_as_username") || listener.settings.is_true("use_subject_as_username");
}

bool anonymous_allowed(const Subject& subject, const Listener& listener) {
  const auto* setting = subject.model.security(listener, "allow_anonymous");
  return setting != nullptr && setting->is_true();
}

bool other_way_in(const Subject& subject, const Listener& listener) {
  return anonymous_allowed(subject, listener) || subject.model.plugins ||
         subject.model.security(listener, "password_file") != nullptr;
}

void check_required(const Subject& subject, const Listener& listener) {
  const auto* anchors = listener.settings.find("cafile");
  if (anchors == nullptr) anchors = listener.settings.find("capath");
  const bool required = listener.settings.is_true("require_certificate");
  if (required && anchors == nullptr) {
    subject.add("e_require_without_ca", listener.settings.find("require_certificate")->place,
                "require_certificate is true, and neither cafile nor capath is set");
    return;
  }
  if (!required && anchors != nullptr && listener.has_certificate() && !by_name_of_certificate(listener)) {
    const bool open = anonymous_allowed(subject, listener);
    subject.add(open ? "e_certificate_not_required" : "w_certificate_not_required", anchors->place,
                anchors->name + " is set and require_certificate is not: no client is asked for a certificate");
  }
  if (required && !by_name_of_certificate(listener)) {
    const auto* setting = listener.settings.find("require_certificate");
    subject.add(other_way_in(subject, listener) ? "w_cn_unused" : "e_cn_unused", setting->place,
                "certificates are required, and use_identity_as_username is not set");
  }
  if (by_name_of_certificate(listener) && !listener.settings.is_true("use_username_as_clientid"))
    subject.add("w_client_id_free", listener.place, "the client id is not tied to the certificate");
}

// An issuing CA alone, in the ordinary form, is no anchor for OpenSSL.
void check_path_ends(const Subject& subject, const Setting& setting, std::string_view text,
                     const ossl::Chain& anchors) {
  if (std::any_of(anchors.begin(), anchors.end(), [](const auto& one) { return one.self_issued(); })) return;
  for (const auto& item : ossl::file_contents(text).items) {
    if (item.kind != ossl::FileItem::Kind::certificate || item.label == "TRUSTED CERTIFICATE") continue;
    const auto certificate = ossl::Certificate::from_der(item.der);
    if (certificate)
      subject.add("e_anchor_no_root", setting.place,
                  certificate->subject() + " is no root, and its root is not in the file");
  }
}

void check_anchors(const Subject& subject, const Listener& listener) {
  const auto* cafile = listener.settings.find("cafile");
  if (cafile == nullptr || !Subject::named(*cafile).exists) return;
  const auto text = read_file(Subject::named(*cafile).path, 16U << 20U);
  if (!text) return;
  const auto anchors = read_anchors(*text);
  if (!anchors) {
    subject.add("e_anchors_damaged", cafile->place, cafile->value + ": " + anchors.error().what);
    return;
  }
  check_path_ends(subject, *cafile, *text, *anchors);
  const auto roots = std::count_if(anchors->begin(), anchors->end(), [](const auto& one) { return one.self_issued(); });
  for (const auto& anchor : *anchors)
    if (anchor.not_after() <= subject.question.now)
      subject.add("e_anchor_expired", cafile->place, anchor.subject() + " ended on " + day(anchor.not_after()));
  if (roots > 1) subject.add("w_many_anchors", cafile->place, "the file holds " + std::to_string(roots) + " roots");
  // The server's chain ends where a client's does: by name and signature, or because the same CA stands in both.
  const auto chain = certificates_of(listener, "certfile");
  for (const auto& server : chain)
    for (const auto& anchor : *anchors)
      if (server.signed_by(anchor) || server.sha256() == anchor.sha256()) {
        subject.add("w_server_root_for_clients", cafile->place,
                    anchor.subject() + " is the CA of the broker's own certificate too");
        return;
      }
}

}  // namespace

void check_client_certificates(const Subject& subject) {
  for (const auto& listener : subject.model.listeners) {
    if (!listener.is_tls() || listener.settings.find("psk_hint") != nullptr) continue;
    check_required(subject, listener);
    if (listener.settings.is_true("require_certificate") || by_name_of_certificate(listener))
      check_anchors(subject, listener);
  }
}

}  // namespace epki::broker
