#include "pki/lint/file_marks.hpp"

#include <algorithm>

#include "pki/ossl/request.hpp"
#include "pki/ossl/revocation_list.hpp"

namespace epki::lint {

namespace {

using Kind = ossl::FileItem::Kind;

template <class Range, class Test>
auto* first_of(Range& range, Test test) {
  const auto found = std::find_if(range.begin(), range.end(), test);
  return found == range.end() ? nullptr : &*found;
}

bool is_anchor_of_broker(const SeenCertificate& c, const Corpus& corpus) {
  if (corpus.server_anchors.contains(anchor_of(c))) return true;
  for (const auto& document : corpus.documents)
    for (const auto& root : document.certificates)
      if (document.role == Role::broker_root && root.facts.key.spki == c.facts.key.spki) return true;
  return false;
}

}  // namespace

const ossl::FileItem* first_damaged(const Document& file) {
  return first_of(file.contents.items, [](const ossl::FileItem& item) { return !item.damage.empty(); });
}

const ossl::FileItem* odd(const Document& file) {
  return first_of(file.contents.items,
                  [](const ossl::FileItem& item) { return item.damage.empty() && !item.oddity.empty(); });
}

const ossl::PemStray* stray(const Document& file) {
  return first_of(file.contents.strays,
                  [](const ossl::PemStray& one) { return one.kind != ossl::PemStray::Kind::text_before; });
}

const ossl::PemStray* text_before(const Document& file) {
  return first_of(file.contents.strays,
                  [](const ossl::PemStray& one) { return one.kind == ossl::PemStray::Kind::text_before; });
}

bool holds(const Document& file, Kind kind) {
  return first_of(file.contents.items,
                  [&](const ossl::FileItem& item) { return item.kind == kind && item.damage.empty(); }) != nullptr;
}

std::size_t end_entities(const Document& file) {
  return static_cast<std::size_t>(std::count_if(file.certificates.begin(), file.certificates.end(),
                                                [](const SeenCertificate& c) { return !c.is_ca(); }));
}

bool one_is_meant(const SeenFile& f) {
  if (f.file.certificates.empty() || f.file.role == Role::client_anchors) return false;
  const auto* profile = f.corpus.question->profile;
  return f.file.role == Role::broker_root || f.file.role == Role::device_root ||
         (profile != nullptr && profile->kind == profile::Kind::certificate && profile->ca);
}

bool is_uploaded(const SeenFile& f) {
  if (!f.file.contents.pem || f.file.role == Role::client_anchors || f.file.role == Role::device_root) return false;
  if (!f.file.certificates.empty()) {
    const auto use = f.file.certificates.front().use;
    const auto leaves = end_entities(f.file);
    return (use == Use::client && leaves == 1) || (use == Use::root && leaves == 0);
  }
  return std::any_of(f.file.keys.begin(), f.file.keys.end(), [](const Document::Key& key) {
    return std::any_of(key.certificates.begin(), key.certificates.end(),
                       [](const SeenCertificate* one) { return one->use == Use::client; });
  });
}

bool any_certificate(const Corpus& corpus) {
  return std::any_of(corpus.documents.begin(), corpus.documents.end(),
                     [](const Document& file) { return !file.certificates.empty(); });
}

bool has_readable_key(const Document& file) {
  return first_of(file.keys, [](const Document::Key& key) { return key.key.has_value(); }) != nullptr;
}

bool has_plain_key(const Document& file) {
  return first_of(file.keys, [](const Document::Key& key) { return !key.encrypted; }) != nullptr;
}

bool has_unread_key(const Document& file) {
  return std::any_of(file.contents.items.begin(), file.contents.items.end(), [](const ossl::FileItem& item) {
    return item.kind == Kind::private_key && item.damage.empty() && (item.encrypted || item.text.empty());
  });
}

const Document::Key* unmatched(const SeenFile& f) {
  return first_of(f.file.keys, [](const Document::Key& key) { return key.key && key.certificates.empty(); });
}

const SeenCertificate* shared_anchor(const SeenFile& f) {
  return first_of(f.file.certificates, [&](const SeenCertificate& c) { return is_anchor_of_broker(c, f.corpus); });
}

std::string request_error(const Document& file) {
  for (const auto& item : file.contents.items) {
    if (item.kind != Kind::request || !item.damage.empty()) continue;
    if (const auto request = ossl::read_request_der(item.der); !request) return request.error().what;
  }
  return {};
}

std::optional<Instant> expired_list(const SeenFile& f) {
  for (const auto& item : f.file.contents.items) {
    if (item.kind != Kind::crl || !item.damage.empty()) continue;
    const auto list = ossl::revocation_list_facts(item.der);
    if (list && list->next_update && *list->next_update < f.corpus.question->at) return list->next_update;
  }
  return std::nullopt;
}

}  // namespace epki::lint
