#include "provision/station/outbox.hpp"

#include <algorithm>

#include "core/child.hpp"
#include "core/file.hpp"

namespace epki::station {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds first_wait{1};

std::string file_of(const std::string& key) {
  std::string name;
  for (const char c : key) name += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' ? c : '_';
  return name + ".json";
}

}  // namespace

Outbox::Outbox(fs::path folder, Deliver deliver, std::chrono::seconds longest,
               std::function<void(std::string_view)> trouble)
    : folder_(std::move(folder)), deliver_(std::move(deliver)), longest_(longest), trouble_(std::move(trouble)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Result<std::unique_ptr<Outbox>> Outbox::open(fs::path folder, Deliver deliver, std::chrono::seconds longest,
                                             std::function<void(std::string_view)> trouble) {
  if (auto made = make_folder(folder, 0700); !made) return std::move(made).error();
  return std::unique_ptr<Outbox>(new Outbox(std::move(folder), std::move(deliver), longest, std::move(trouble)));
}

Outbox::~Outbox() {
  thread_.request_stop();
  changed_.notify_all();
}

Status Outbox::add(const std::string& key, const Json& result) {
  const auto path = folder_ / file_of(key);
  std::error_code failed;
  if (!fs::exists(path, failed))
    if (auto written = replace_file(path, result.dump(-1) + "\n", 0600); !written) return written;
  {
    const std::lock_guard guard(mutex_);
    fresh_ = true;
  }
  changed_.notify_all();
  return success();
}

// By name, which begins with the time: the oldest first.
std::vector<fs::path> Outbox::files() const {
  std::vector<fs::path> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder_, failed))
    if (entry.path().extension() == ".json") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

std::size_t Outbox::waiting() const {
  return files().size();
}

bool Outbox::wait_empty(Deadline by) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, by, [&] { return files().empty(); });
}

void Outbox::run(const std::stop_token& stop) {
  auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(first_wait);
  bool troubled = false;
  while (!stop.stop_requested()) {
    {
      const std::lock_guard guard(mutex_);
      fresh_ = false;
    }
    Status delivered = success();
    for (const auto& file : files()) {
      if (stop.stop_requested()) return;
      auto text = read_file(file);
      delivered = text ? deliver_(file.stem().string(), *text) : Status(std::move(text).error());
      if (!delivered) break;
      std::error_code failed;
      fs::remove(file, failed);
      changed_.notify_all();
    }
    if (!delivered) trouble_(delivered.error().what);
    if (delivered && troubled) trouble_("");
    troubled = !delivered.ok();
    patience =
        delivered ? std::chrono::milliseconds(first_wait) : std::min<std::chrono::milliseconds>(patience * 2, longest_);
    std::unique_lock lock(mutex_);
    const auto until = std::chrono::steady_clock::now() + (troubled ? patience : std::chrono::hours(1));
    changed_.wait_until(lock, stop, until, [&] { return fresh_; });
  }
}

Deliver run_command(const std::string& command, std::chrono::seconds timeout) {
  return [command, timeout](const std::string& key, const std::string& json) -> Status {
    const auto by = after(timeout);
    auto child = Child::start(
        {.argv = {"sh", "-c", "EC200U_PKI_RESULT_KEY=\"$1\"; export EC200U_PKI_RESULT_KEY; " + command, "result", key},
         .output_file = "/dev/null",
         .pipe_input = true});
    if (!child) return std::move(child).error();
    // A command that does not read its input is no failure: its exit code decides.
    [[maybe_unused]] const auto given = child->write_input(json, by);
    child->close_input();
    const auto exit = child->wait(by);
    if (exit == 0) return success();
    return Error{Errc::network,
                 "the command for results " + (exit ? "ended with " + std::to_string(*exit)
                                                    : "did not end in " + std::to_string(timeout.count()) + " s"),
                 "run it by hand; the result is kept and handed over again"};
  };
}

}  // namespace epki::station
