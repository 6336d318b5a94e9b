#include <algorithm>
#include <set>

#include "broker-configs/acl_list.hpp"
#include "broker-configs/check/subject.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::broker {

namespace {

// How clients of a listener come to a user name.
struct Names {
  bool anonymous = false;  ///< some have none
  bool identity = false;   ///< the CN
  bool whole_subject = false;
  bool id_is_name = false;  ///< the client id is the user name
};

Names names_of(const Subject& subject, const Listener& listener) {
  const auto* anonymous = subject.model.security(listener, "allow_anonymous");
  Names names;
  names.identity = listener.settings.is_true("use_identity_as_username");
  names.whole_subject = listener.settings.is_true("use_subject_as_username");
  names.anonymous = anonymous != nullptr && anonymous->is_true() && !names.identity && !names.whole_subject;
  names.id_is_name = listener.settings.is_true("use_username_as_clientid");
  return names;
}

bool is_everything(std::string_view topic) {
  return topic == "#" || topic == "+/#";
}

bool has_whole_level(std::string_view topic, std::string_view mark) {
  const auto levels = split(topic, '/');
  return std::find(levels.begin(), levels.end(), mark) != levels.end();
}

void check_entry(const Subject& subject, const Place& place, const AclEntry& entry, const Names& names) {
  const bool pattern = entry.kind == AclEntry::Kind::pattern;
  const bool allows = entry.read || entry.write;
  const bool certificates = names.identity || names.whole_subject;
  if (pattern) {
    for (const char* mark : {"%u", "%c"})
      if (entry.topic.find(mark) != std::string::npos && !has_whole_level(entry.topic, mark))
        subject.add("e_acl_not_alone", place, "in " + entry.topic + ", " + mark + " is no whole level");
    if (certificates && allows && has_whole_level(entry.topic, "%c") && !has_whole_level(entry.topic, "%u") &&
        !names.id_is_name)
      subject.add("e_acl_client_id", place, "the pattern " + entry.topic + " goes by the client id");
  }
  const bool for_all = pattern || (!entry.user && names.anonymous);
  if (for_all && allows && is_everything(entry.topic))
    subject.add("e_acl_open", place, "everybody may " + std::string(entry.write ? "write" : "read") + " every topic");
  if (!pattern && !entry.user && certificates)
    subject.add("w_acl_anonymous_only", place, "topic " + entry.topic + " stands above the first user line");
  if (!pattern && entry.user && names.whole_subject && entry.user->find('=') == std::string::npos)
    subject.add("e_acl_subject", place, "user " + *entry.user + " is no subject of a certificate");
}

void check_list(const Subject& subject, const Setting& setting, const Listener& listener) {
  const auto path = Subject::named(setting).path;
  const auto text = read_file(path, 16U << 20U);
  if (!text) return;  // said already
  const auto list = read_acl(*text);
  const auto at = [&](std::size_t line) { return Place{path.string(), line}; };
  for (const auto& bad : list.bad) subject.add("e_acl_refused", at(bad.line), bad.what);
  const auto names = names_of(subject, listener);
  for (const auto& entry : list.entries) check_entry(subject, at(entry.line), entry, names);
  const bool has_own = std::any_of(list.entries.begin(), list.entries.end(), [](const AclEntry& one) {
    return one.user || one.topic.find("%u") != std::string::npos || one.topic.find("%c") != std::string::npos;
  });
  if ((names.identity || names.whole_subject) && !has_own)
    subject.add("w_acl_no_name", setting.place, "neither %u nor a user line is in " + setting.value);
}

void check_way_in(const Subject& subject, const Listener& listener) {
  const auto& model = subject.model;
  const auto names = names_of(subject, listener);
  const auto* anonymous = model.security(listener, "allow_anonymous");
  const auto* list = model.security(listener, "acl_file");
  if (names.anonymous && !listener.on_loopback() && !model.plugins)
    subject.add(list == nullptr ? "e_anonymous" : "w_anonymous", anonymous->place,
                "allow_anonymous is true for the listener on port " + std::to_string(listener.port));
  if (names.anonymous) return;
  const bool keys = listener.settings.find("psk_hint") != nullptr;
  if (!names.identity && !names.whole_subject && !keys && !model.plugins &&
      !listener.settings.is_true("require_certificate") && model.security(listener, "password_file") == nullptr) {
    subject.add("e_nobody_gets_in", listener.place,
                "the listener on port " + std::to_string(listener.port) + " has no way to let anybody in");
    return;
  }
  if (list == nullptr && !model.plugins)
    subject.add("w_no_acl", listener.place,
                "no acl_file holds for the listener on port " + std::to_string(listener.port));
}

}  // namespace

void check_access(const Subject& subject) {
  std::set<std::pair<std::string, std::size_t>> judged;
  for (const auto& listener : subject.model.listeners) {
    check_way_in(subject, listener);
    const auto* list = subject.model.security(listener, "acl_file");
    // One list for several listeners is judged once, by the first of them.
    if (list != nullptr && judged.insert({list->place.file, list->place.line}).second)
      check_list(subject, *list, listener);
  }
}

}  // namespace epki::broker
