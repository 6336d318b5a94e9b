#pragma once
// Results on their way to another system: each is a file until it was taken, so that nothing is lost when the other
// side is away or the power fails.

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/result.hpp"

namespace epki::station {

/// Hands one result over. `key` is the same for every try of one result: a receiver that sees it twice has it already.
using Deliver = std::function<Status(const std::string& key, const std::string& json)>;

class Outbox {
 public:
  /// `folder` is made if need be. Delivery runs in a thread of its own, oldest first, one at a time; after a failure it
  /// waits from 1 s, doubled each time, up to `longest`, or until another result is added. `trouble` hears of each
  /// failure, and of an empty text when the way is free again.
  static Result<std::unique_ptr<Outbox>> open(std::filesystem::path folder, Deliver deliver,
                                              std::chrono::seconds longest,
                                              std::function<void(std::string_view)> trouble);
  ~Outbox();  ///< what is not delivered stays in the folder for the next start
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// Durable when it returns. `key` names the result: adding the same one again changes nothing.
  Status add(const std::string& key, const Json& result);
  std::size_t waiting() const;
  /// True when nothing waits any more; false at the deadline.
  bool wait_empty(Deadline by) const;

 private:
  Outbox(std::filesystem::path folder, Deliver deliver, std::chrono::seconds longest,
         std::function<void(std::string_view)> trouble);
  void run(const std::stop_token& stop);
  std::vector<std::filesystem::path> files() const;

  std::filesystem::path folder_;
  Deliver deliver_;
  std::chrono::seconds longest_;
  std::function<void(std::string_view)> trouble_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  bool fresh_ = true;
  std::jthread thread_;
};

/// POST to http:// or https://, with the key in the header Idempotency-Key. Anything but a 2xx answer is a failure.
Deliver post_to(const std::string& url, std::chrono::seconds timeout);
/// Runs a shell command with the JSON on its stdin and the key in EC200U_PKI_RESULT_KEY. A non-zero exit is a failure.
Deliver run_command(const std::string& command, std::chrono::seconds timeout);

}  // namespace epki::station
