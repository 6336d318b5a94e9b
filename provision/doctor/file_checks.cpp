// The CA file: there, whole, and bound.

#include <algorithm>

#include "core/text.hpp"
#include "pki/ossl/certificate.hpp"
#include "provision/doctor/examination.hpp"
#include "provision/ec200u/names.hpp"

namespace epki::doctor {

namespace {

std::string bare_name(std::string_view value) {
  value = trimmed(value);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  return std::string(ec200u::without_storage(value));
}

const ec200u::FileEntry* entry_of(const Examination& e, std::string_view name) {
  const auto at = std::ranges::find_if(e.files, [&](const auto& f) { return equal_ignoring_case(f.name, name); });
  return at == e.files.end() ? nullptr : &*at;
}

Status read_binding(Examination& e) {
  auto value = e.modem.ssl_setting(e.wanted.context, "cacert");
  if (!value && ends_examination(value.error())) return std::move(value).error();
  if (!value) {
    e.diagnosis.notes.push_back(value.error().what);
    return success();
  }
  e.settings["cacert"] = *value;
  e.bound = bare_name(value->value_or(""));
  return success();
}

/// The file that counts: the one the context is bound to, else the one it shall be bound to.
const std::string& file_that_counts(const Examination& e) {
  return e.bound.empty() ? e.wanted.ca_file : e.bound;
}

void check_present(Examination& e) {
  const auto& name = file_that_counts(e);
  const std::string wanted = e.wanted.ca_file + " on the modem";
  if (e.not_listed) {
    e.failed(Id::file_missing, "not known: " + e.not_listed->what, wanted, next_step(*e.not_listed));
    return;
  }
  if (const auto* entry = entry_of(e, name); entry != nullptr) {
    e.passed(Id::file_missing, entry->name + ", " + counted(entry->size, "byte"), wanted);
    return;
  }
  e.failed(Id::file_missing,
           e.bound.empty() ? name + " is not on the modem"
                           : e.context_text() + " is bound to " + name + ", which is not on the modem",
           wanted, e.wanted.provision_command);
}

Status check_content(Examination& e) {
  const std::string wanted = "the bytes of ca/root.pem, " + counted(e.wanted.ca_pem.size(), "byte");
  if (!e.good(Id::file_missing)) {
    e.skipped(
        Id::file_corrupt,
        e.not_listed ? "not checked: whether the file is there is not known" : "not checked: the file is not there",
        wanted);
    return success();
  }
  const auto& entry = *entry_of(e, file_that_counts(e));
  bool refused = false;
  auto content = e.modem.download_again(entry.name, entry.size, refused);
  if (!content && ends_examination(content.error())) return std::move(content).error();
  if (!content && refused) {
    e.skipped(Id::file_corrupt, "not checked: " + content.error().what + "; " + content.error().hint, wanted);
    return success();
  }
  if (!content) {
    e.failed(Id::file_corrupt, content.error().what, wanted, e.wanted.provision_command + " --deep");
    return success();
  }
  if (*content == e.wanted.ca_pem) {
    e.anchors_pem = *content;
    e.passed(Id::file_corrupt, "equal byte for byte", wanted);
    return success();
  }
  const auto parsed = ossl::chain_from_pem(*content);
  if (equal_ignoring_case(entry.name, e.wanted.ca_file) || !parsed || content->size() != entry.size) {
    e.failed(Id::file_corrupt,
             entry.name + " holds " + counted(content->size(), "byte") + " that are " +
                 (parsed ? "another certificate" : "no certificate: " + parsed.error().what),
             wanted, e.wanted.provision_command + " --deep");
    return success();
  }
  e.anchors_pem = *content;  // another CA, whole: whether it is the right one, the broker's chain decides
  e.passed(Id::file_corrupt, entry.name + " is whole and is not ca/root.pem: " + parsed->front().subject(), wanted);
  return success();
}

void check_bound(Examination& e) {
  const std::string wanted = "cacert of " + e.context_text() + " bound to " + e.wanted.ca_file;
  if (!e.bound.empty()) {
    e.passed(Id::ca_unbound, "bound to " + e.bound, wanted);
    return;
  }
  e.failed(Id::ca_unbound, "cacert of " + e.context_text() + " is empty", wanted,
           "settings are gone after every boot: the device's firmware sends the boot sequence (boot/), or run " +
               e.wanted.provision_command);
}

}  // namespace

Status check_files(Examination& e) {
  auto files = e.modem.files();
  if (!files && ends_examination(files.error())) return std::move(files).error();
  if (files)
    e.files = std::move(*files);
  else
    e.not_listed = std::move(files).error();
  if (auto done = read_binding(e); !done) return done;
  check_present(e);
  if (auto done = check_content(e); !done) return done;
  check_bound(e);
  return success();
}

}  // namespace epki::doctor
