// What an operator can do with a line.

#include "provision/station/line.hpp"

namespace epki::station {

void Line::nudge() {
  const std::lock_guard guard(mutex_);
  ++version_;
  changed_.notify_all();
}

Result<Line::Slot*> Line::find(const std::string& name) {
  for (auto& slot : slots_)
    if (slot.config.name == name) return &slot;
  return Error{Errc::usage, "there is no slot " + name};
}

Status Line::retry(const std::string& name) {
  auto slot = find(name);
  if (!slot) return std::move(slot).error();
  const std::lock_guard guard(mutex_);
  if ((*slot)->tile.light != Light::fail && (*slot)->tile.light != Light::pass)
    return Error{Errc::usage, "slot " + name + " has nothing to do again", "plug a board in"};
  (*slot)->retry = true;
  return success();
}

Status Line::reissue(const std::string& name) {
  if (!job_.steps.mutual)
    return Error{Errc::usage, "devices of this job have no certificate that could be issued anew"};
  auto slot = find(name);
  if (!slot) return std::move(slot).error();
  const std::lock_guard guard(mutex_);
  auto& tile = (*slot)->tile;
  if ((tile.light != Light::fail && tile.light != Light::pass) || tile.imei.empty())
    return Error{Errc::usage, "slot " + name + " holds no board that could get a new certificate", "plug a board in"};
  (*slot)->reissue = (*slot)->retry = true;
  return success();
}

Status Line::scanned(const std::string& name, const std::string& serial) {
  auto slot = find(name);
  if (!slot) return std::move(slot).error();
  if (serial.empty() || serial.size() > 64)
    return Error{Errc::usage, "that is no serial number", "scan the label of the board: 1 to 64 characters"};
  change(**slot, [&](Tile& tile) { tile.serial = serial; });
  return success();
}

Status Line::operator_is(const std::string& name) {
  if (name.size() > 64) return Error{Errc::usage, "that name is too long", "use at most 64 characters"};
  world_.records.operator_is(name);
  const std::lock_guard guard(mutex_);
  job_.operator_name = name;
  ++version_;
  changed_.notify_all();
  return success();
}

Status Line::release() {
  const auto who = snapshot().operator_name;
  if (who.empty()) return Error{Errc::usage, "who releases the batch?", "enter a name first: it is recorded"};
  if (auto released = world_.records.release(job_.batch, who); !released) return released;
  refresh_counters();
  return success();
}

Status Line::unlock(const Secret& passphrase) {
  if (world_.signing == nullptr) return Error{Errc::usage, "no CA signs for the devices of this job"};
  const auto who = snapshot().operator_name;
  if (who.empty()) return Error{Errc::usage, "who unlocks the CA?", "enter a name first: it is recorded"};
  if (auto unlocked = world_.signing->unlock(passphrase, who); !unlocked) return unlocked;
  nudge();
  return success();
}

Status Line::label_again(const std::string& name) {
  auto slot = find(name);
  if (!slot) return std::move(slot).error();
  const std::lock_guard guard(mutex_);
  if ((*slot)->tile.light != Light::pass)
    return Error{Errc::usage, "slot " + name + " holds no finished board",
                 "a label is printed for a board that passed"};
  (*slot)->label = true;
  return success();
}

}  // namespace epki::station
