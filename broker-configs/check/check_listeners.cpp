#include <algorithm>

#include "broker-configs/check/subject.hpp"

namespace epki::broker {

namespace {

std::string listener_text(const Listener& listener) {
  return "the listener on port " + std::to_string(listener.port) +
         (listener.address.empty() ? " of every address" : " of " + listener.address);
}

const Setting* first_of(const Listener& listener, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const auto* setting = listener.settings.find(name)) return setting;
  return nullptr;
}

void check_listener(const Subject& subject, const Listener& listener) {
  if (listener.by_accident)
    subject.add("e_listener_by_accident", listener.place,
                listener.settings.all.front().name + " stands outside of any listener");
  if (listener.settings.find("psk_hint") != nullptr) return;
  const auto* half = first_of(listener, {"cafile", "capath", "certfile", "keyfile"});
  if (half != nullptr && !listener.has_certificate()) {
    std::string missing = listener.settings.find("certfile") == nullptr ? "certfile" : "";
    if (listener.settings.find("keyfile") == nullptr) missing += missing.empty() ? "keyfile" : " and keyfile";
    subject.add("e_half_tls", half->place, listener_text(listener) + " has " + half->name + " and no " + missing);
  }
  if (!listener.has_certificate() && !listener.on_loopback())
    subject.add("e_plain_listener", listener.place, listener_text(listener) + " has no TLS");
}

bool collide(const Listener& a, const Listener& b) {
  return a.port == b.port && a.port != 0 && (a.address == b.address || a.address.empty() || b.address.empty());
}

}  // namespace

void check_listeners(const Subject& subject) {
  const auto& listeners = subject.model.listeners;
  if (listeners.empty()) subject.add("w_local_only", {subject.model.files.front(), 0}, "there is no listener line");
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    check_listener(subject, listeners[i]);
    for (std::size_t j = 0; j < i; ++j)
      if (collide(listeners[i], listeners[j])) {
        subject.add("e_same_port", listeners[i].place,
                    listener_text(listeners[i]) + " and the one of line " + std::to_string(listeners[j].place.line) +
                        " collide");
        break;
      }
  }
  if (subject.question.version != Version::v2_1 && subject.model.broker.find("max_packet_size") == nullptr &&
      subject.model.broker.find("message_size_limit") == nullptr && !listeners.empty())
    subject.add("n_no_packet_limit", {subject.model.files.front(), 0}, "max_packet_size is not set");
  if (const auto* user = subject.model.broker.find("user"); user != nullptr && user->value == "root")
    subject.add("w_runs_as_root", user->place, "the broker keeps running as root");
}

}  // namespace epki::broker
