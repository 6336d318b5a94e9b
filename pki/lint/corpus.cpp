#include <algorithm>
#include <unordered_map>

#include "core/text.hpp"
#include "pki/lint/seen.hpp"
#include "pki/lint/use.hpp"
#include "pki/ossl/public_key.hpp"
#include "pki/ossl/revocation_list.hpp"

namespace epki::lint {

namespace {

using Kind = ossl::FileItem::Kind;
using ByKey = std::unordered_multimap<std::string, const SeenCertificate*>;
using BySubject = std::unordered_multimap<std::string, SeenCertificate*>;

// No path of certificates that somebody uses is longer; one that comes back to itself would be.
constexpr std::size_t longest_path = 64;

std::string text_of(const std::vector<std::byte>& bytes) {
  return std::string(as_text(bytes));
}

void take_certificate(Document& document, ossl::FileItem& item) {
  SeenCertificate seen;
  if (auto certificate = ossl::Certificate::from_der(item.der)) {
    seen.facts = ossl::certificate_facts(*certificate);
    seen.certificate = *std::move(certificate);
  } else if (auto facts = ossl::certificate_facts(item.der)) {
    seen.facts = *std::move(facts);
  } else {
    item.damage = facts.error().what;
    return;
  }
  seen.index = document.certificates.size();
  seen.line = item.line;
  seen.bytes = item.der.size();
  document.certificates.push_back(std::move(seen));
}

void take_key(Document& document, ossl::FileItem& item) {
  Document::Key key{item.line, std::nullopt, item.encrypted};
  if (!item.encrypted && item.damage.empty() && !item.text.empty()) {
    auto read = ossl::PrivateKey::from_pem(item.text, nullptr);
    if (read)
      key.key = *std::move(read);
    else
      item.damage = "it is no private key that OpenSSL reads";
  }
  document.keys.push_back(std::move(key));
}

Document read_document(const File& file) {
  Document document{file.name, file.role, file.mode, file.bytes, ossl::file_contents(file.bytes), {}, {}, {}};
  for (auto& item : document.contents.items) {
    if (item.kind == Kind::private_key) take_key(document, item);
    if (!item.damage.empty()) continue;
    if (item.kind == Kind::certificate) take_certificate(document, item);
    if (item.kind == Kind::crl)
      if (auto list = ossl::revocation_list_facts(item.der); !list) item.damage = list.error().what;
  }
  if (document.contents.items.empty()) document.broker = read_mosquitto_file(file.bytes);
  return document;
}

bool key_ids_agree(const SeenCertificate& below, const SeenCertificate& above) {
  const auto& wanted = below.facts.authority_key_id;
  const auto& offered = above.facts.subject_key_id;
  return !wanted || !offered || *wanted == *offered;
}

// Whose signature this may be: the next one in its file, as servers send them; any other there; then the other files,
// where a name alone is too little, because a renewed or a twin root has the same.
const SeenCertificate* issuer_of(const SeenCertificate& one, const BySubject& subjects) {
  const auto& siblings = one.document->certificates;
  if (one.index + 1 < siblings.size() && siblings[one.index + 1].facts.subject_der == one.facts.issuer_der)
    return &siblings[one.index + 1];
  const SeenCertificate* best = nullptr;
  const auto [begin, end] = subjects.equal_range(text_of(one.facts.issuer_der));
  std::size_t looked_at = 0;
  for (auto i = begin; i != end && looked_at < longest_path; ++i, ++looked_at) {
    const SeenCertificate* candidate = i->second;
    if (candidate == &one || candidate->facts.sha256 == one.facts.sha256 || !key_ids_agree(one, *candidate)) continue;
    if (candidate->document == one.document) return candidate;
    const bool signs = one.certificate && candidate->certificate && one.certificate->signed_by(*candidate->certificate);
    if (best == nullptr || signs) best = candidate;
    if (signs) break;
  }
  return best;
}

bool is_chain(const Document& document) {
  const auto& items = document.contents.items;
  const auto end_entities = std::count_if(document.certificates.begin(), document.certificates.end(),
                                          [](const SeenCertificate& one) { return !one.is_ca(); });
  return document.certificates.size() > 1 && end_entities == 1 && items.front().kind != Kind::pkcs7;
}

bool has_root(const Document& document) {
  return std::any_of(document.certificates.begin(), document.certificates.end(),
                     [](const SeenCertificate& one) { return one.use == Use::root; });
}

void connect(Corpus& corpus) {
  BySubject subjects;
  for (auto& document : corpus.documents)
    for (auto& one : document.certificates) {
      one.document = &document;
      one.question = corpus.question;
      subjects.emplace(text_of(one.facts.subject_der), &one);
    }
  for (auto& document : corpus.documents)
    for (auto& one : document.certificates)
      if (!one.facts.names_its_own_key()) one.issuer = issuer_of(one, subjects);
  for (auto& document : corpus.documents)
    for (auto& one : document.certificates)
      if (one.issuer != nullptr) const_cast<SeenCertificate*>(one.issuer)->issues = true;
  for (auto& document : corpus.documents) {
    for (auto& one : document.certificates) one.use = use_of(one.facts, one.issues);
    document.is_chain = is_chain(document);
  }
}

// A public key may be written in more than one way (a compressed point, parameters in full): where its bytes are not
// found it is compared with every certificate, unless there are so many that this cannot be a chain with its key.
void find_owners(Document::Key& key, const ByKey& keys, const Corpus& corpus) {
  constexpr std::size_t few = 256;
  const auto [begin, end] = keys.equal_range(text_of(ossl::PublicKey::of(*key.key).der()));
  for (auto i = begin; i != end; ++i) key.certificates.push_back(i->second);
  if (!key.certificates.empty() || keys.size() > few) return;
  for (const auto& document : corpus.documents)
    for (const auto& one : document.certificates)
      if (one.certificate && key.key->matches(*one.certificate)) key.certificates.push_back(&one);
}

void match_keys(Corpus& corpus) {
  ByKey keys;
  for (const auto& document : corpus.documents)
    for (const auto& one : document.certificates) keys.emplace(text_of(one.facts.key.spki), &one);
  for (auto& document : corpus.documents)
    for (auto& key : document.keys)
      if (key.key) find_owners(key, keys, corpus);
}

void mark_copies(Document& document) {
  std::set<std::string_view> seen;
  for (auto& one : document.certificates) one.is_copy = !seen.insert(one.facts.sha256).second;
}

}  // namespace

std::vector<const SeenCertificate*> SeenCertificate::path() const {
  std::vector<const SeenCertificate*> all;
  for (const auto* at = this; at != nullptr && all.size() < longest_path; at = at->issuer) {
    if (std::find(all.begin(), all.end(), at) != all.end()) break;
    all.push_back(at);
  }
  return all;
}

bool SeenCertificate::is_described() const {
  return question->profile != nullptr && question->profile->kind == profile::Kind::certificate &&
         (question->profile->ca || !is_ca());
}

std::string anchor_of(const SeenCertificate& certificate) {
  const auto path = certificate.path();
  const auto& top = path.back()->facts;
  if (top.self_issued()) return "key " + text_of(top.key.spki);
  return "name " + text_of(top.issuer_der) + " " + top.authority_key_id.value_or("");
}

Role role_of_name(std::string_view file_name) {
  const auto slash = file_name.rfind('/');
  const auto name = slash == std::string_view::npos ? file_name : file_name.substr(slash + 1);
  if (name == "root.pem") return Role::broker_root;
  if (name == "device-root.pem") return Role::device_root;
  if (name == "client-ca.pem") return Role::client_anchors;
  return Role::unknown;
}

Corpus read_corpus(const std::vector<File>& files, const Question& question) {
  Corpus corpus;
  corpus.question = &question;
  corpus.documents.reserve(files.size());
  for (const auto& file : files) corpus.documents.push_back(read_document(file));
  for (auto& document : corpus.documents) mark_copies(document);
  connect(corpus);
  match_keys(corpus);
  for (const auto& document : corpus.documents)
    for (const auto& one : document.certificates)
      if (one.use == Use::server) corpus.server_anchors.insert(anchor_of(one));
  const bool roots_given = std::any_of(corpus.documents.begin(), corpus.documents.end(), has_root);
  for (auto& document : corpus.documents)
    for (auto& one : document.certificates) {
      one.roots_given = roots_given;
      one.meets_server_root = one.use == Use::client && corpus.server_anchors.contains(anchor_of(one));
    }
  return corpus;
}

}  // namespace epki::lint
