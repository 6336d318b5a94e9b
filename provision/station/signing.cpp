#include "provision/station/signing.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace epki::station {

Json SigningStanding::json() const {
  return Json::object({{"locked", locked},
                       {"why", why},
                       {"left", left ? Json(*left) : Json()},
                       {"minutes_left", minutes_left ? Json(*minutes_left) : Json()}});
}

SigningWindow::SigningWindow(std::chrono::minutes open_for, std::uint64_t quota)
    : open_for_(open_for), quota_(quota), since_(monotonic_now()) {}

void SigningWindow::unlock() {
  const std::lock_guard guard(mutex_);
  since_ = monotonic_now();
  used_ = 0;
  shut_ = false;
  why_.clear();
}

SigningStanding SigningWindow::look() const {
  SigningStanding now{.locked = shut_, .why = why_};
  if (quota_ > 0) now.left = shut_ ? 0 : quota_ - used_;
  if (open_for_.count() == 0) return now;
  const auto left = since_ + open_for_ - monotonic_now();
  now.minutes_left =
      shut_ ? 0 : std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::minutes>(left).count());
  if (!shut_ && left <= Deadline::duration::zero()) {
    now.locked = true;
    now.left = quota_ > 0 ? std::optional<std::uint64_t>(0) : std::nullopt;
    now.why =
        "it was unlocked for " + counted(static_cast<std::size_t>(open_for_.count()), "minute") + ", and they are over";
  }
  return now;
}

Status SigningWindow::take() {
  const std::lock_guard guard(mutex_);
  auto now = look();
  if (!now.locked && quota_ > 0 && used_ >= quota_) {
    now.locked = true;
    now.why = "it was unlocked for " + counted(quota_, "certificate") + ", and they are used up";
  }
  if (!now.locked) {
    ++used_;
    return success();
  }
  shut_ = true;
  why_ = now.why;
  return Error{Errc::key, "the station's CA for devices is locked: " + why_,
               "an engineer unlocks it on the page with the CA's passphrase, or starts the station again; the job's "
               "[signing] says how long and how often it may sign"};
}

SigningStanding SigningWindow::standing() const {
  const std::lock_guard guard(mutex_);
  return look();
}

}  // namespace epki::station
