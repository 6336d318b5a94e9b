#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <system_error>

#include "cli/issue/output.hpp"
#include "core/descriptor.hpp"
#include "core/file.hpp"
#include "core/file_lock.hpp"

namespace epki::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view end_line = "-----END CERTIFICATE-----\n";

class BundleOutput final : public Output {
 public:
  BundleOutput(fs::path file, std::size_t certificates_each)
      : file_(std::move(file)), part_(file_.string() + ".part"), each_(certificates_each) {}
  BundleOutput(const BundleOutput&) = delete;
  BundleOutput& operator=(const BundleOutput&) = delete;
  ~BundleOutput() override {
    if (fd_ >= 0) ::close(fd_);
  }

  Status claim(NameList& list, const Cancel& cancel) override;
  void give_back() override;
  Result<std::vector<bool>> take_up(std::span<const ListedName> group, std::size_t before, bool all) override;
  Status deliver(std::span<const Delivery> identities) override;
  Status finish() override;
  std::vector<std::string> standing(NameList& list, const Cancel& cancel) const override;
  fs::path certificate_of(std::string_view) const override { return file_; }
  fs::path key_of(std::string_view) const override { return file_; }

 private:
  Status open(int flags);
  Status occupied() const;
  Status refuse_unless_empty() const;
  Result<std::size_t> keep_whole_identities(std::size_t most);

  fs::path file_, part_;
  std::size_t each_;
  int fd_ = -1;
  bool finished_ = false;
};

// Locked as long as it is open: an empty one that nobody holds is what a cut left before the first byte.
Status BundleOutput::open(int flags) {
  fd_ = ::open(part_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
  if (fd_ < 0) return disk_error((flags & O_CREAT) != 0 ? "creating" : "opening", part_, errno);
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 || !still_named(fd_, part_)) return occupied();
  if (::fchmod(fd_, 0600) != 0) return disk_error("setting the mode of", part_, errno);
  return success();
}

Status BundleOutput::occupied() const {
  return Error{Errc::disk, "another process is writing " + part_.string() + " just now", "wait until it ends"};
}

Status BundleOutput::refuse_unless_empty() const {
  struct stat facts {};
  if (::lstat(part_.c_str(), &facts) != 0) return errno == ENOENT ? success() : disk_error("looking at", part_, errno);
  if (S_ISREG(facts.st_mode) && facts.st_size == 0) return success();
  return Error{Errc::disk, part_.string() + " exists: a batch into " + file_.string() + " was cut",
               "run that batch's own command again to finish it, or move the file away; its keys are in it"};
}

Status BundleOutput::claim(NameList& /*list*/, const Cancel& /*cancel*/) {
  std::error_code ignored;
  if (fs::exists(file_, ignored)) return disk_error("creating", file_, EEXIST);
  if (auto made = make_folder(file_.has_parent_path() ? file_.parent_path() : fs::path(".")); !made) return made;
  if (auto taken = refuse_unless_empty(); !taken) return taken;
  if (auto opened = open(O_CREAT); !opened) return opened;
  return refuse_unless_empty();  // another run may have written into it and ended meanwhile
}

void BundleOutput::give_back() {
  if (fd_ >= 0) ::unlink(part_.c_str());
}

// Cuts off what follows the last whole identity, and says how many there are.
Result<std::size_t> BundleOutput::keep_whole_identities(std::size_t most) {
  std::size_t certificates = 0, identities = 0;
  off_t read_so_far = 0, keep = 0;
  std::string window;
  std::array<char, 65536> chunk{};
  for (;;) {
    const auto n = ::pread(fd_, chunk.data(), chunk.size(), read_so_far);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_error("reading", part_, errno);
    if (n == 0) break;
    const auto window_begins = read_so_far - static_cast<off_t>(window.size());
    window.append(chunk.data(), static_cast<std::size_t>(n));
    read_so_far += n;
    std::size_t at = 0;
    for (std::size_t found = window.find(end_line); found != std::string::npos && identities < most;
         found = window.find(end_line, at)) {
      at = found + end_line.size();
      if (++certificates % each_ != 0) continue;
      ++identities;
      keep = window_begins + static_cast<off_t>(at);
    }
    // A line may be split between two chunks.
    window.erase(0, std::max(at, window.size() - std::min(window.size(), end_line.size())));
  }
  wipe(std::as_writable_bytes(std::span(chunk)));
  wipe(std::as_writable_bytes(std::span(window)));
  if (::ftruncate(fd_, keep) != 0) return disk_error("shortening", part_, errno);
  return identities;
}

Result<std::vector<bool>> BundleOutput::take_up(std::span<const ListedName> group, std::size_t before, bool all) {
  std::error_code ignored;
  if (!fs::exists(part_, ignored)) {
    if (all && fs::exists(file_, ignored)) {  // it was cut between the last step and the end
      finished_ = true;
      return std::vector<bool>(group.size(), true);
    }
    if (before + group.size() == 0) {
      if (fs::exists(file_, ignored)) return disk_error("creating", file_, EEXIST);
      if (auto opened = open(O_CREAT | O_EXCL); !opened) return std::move(opened).error();
      return std::vector<bool>{};
    }
    return Error{Errc::input, part_.string() + " is gone, with " + std::to_string(before) + " identities in it",
                 "put it back"};
  }
  if (auto opened = open(0); !opened) return std::move(opened).error();
  const auto whole = keep_whole_identities(before + group.size());
  if (!whole) return whole.error();
  if (*whole < before)
    return Error{Errc::input,
                 part_.string() + " holds " + std::to_string(*whole) + " identities where at least " +
                     std::to_string(before) + " were written",
                 "it was changed by somebody else; put it back as it was"};
  std::vector<bool> delivered(group.size());
  for (std::size_t i = 0; i < group.size(); ++i) delivered[i] = before + i < *whole;
  return delivered;
}

// From where the parts lie: a copy of the keys would have to be locked and wiped, too.
Status BundleOutput::deliver(std::span<const Delivery> identities) {
  std::vector<iovec> parts;
  parts.reserve(3 * identities.size());
  for (const auto& identity : identities)
    for (const std::string_view part : {identity.key, identity.certificate, identity.chain})
      if (!part.empty()) parts.push_back({const_cast<char*>(part.data()), part.size()});  // writev() only reads
  for (std::span<iovec> rest(parts); !rest.empty();) {
    const auto n = ::writev(fd_, rest.data(), static_cast<int>(std::min<std::size_t>(rest.size(), IOV_MAX)));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_error("writing", part_, errno);
    auto written = static_cast<std::size_t>(n);
    while (!rest.empty() && written >= rest.front().iov_len) {
      written -= rest.front().iov_len;
      rest = rest.subspan(1);
    }
    if (written > 0)
      rest.front() = {static_cast<char*>(rest.front().iov_base) + written, rest.front().iov_len - written};
  }
  if (::fdatasync(fd_) != 0) return disk_error("syncing", part_, errno);
  return success();
}

// The certificates of a bundle, line by line. Keys are passed over, and wiped with what was read.
class BundleReader {
 public:
  explicit BundleReader(std::size_t each) : each_(each) {}
  BundleReader(const BundleReader&) = delete;
  BundleReader& operator=(const BundleReader&) = delete;
  ~BundleReader() {
    rest_.resize(rest_.capacity());
    wipe(std::as_writable_bytes(std::span(rest_)));
  }

  /// False: this is no bundle.
  bool take(std::string_view bytes) {
    rest_ += bytes;
    std::size_t at = 0;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', at)) {
      line(std::string_view(rest_).substr(at, end + 1 - at));
      at = end + 1;
    }
    rest_.erase(0, at);
    return rest_.size() < longest_line;
  }
  /// The first and the last, when it held so many identities and nothing behind them.
  std::vector<std::string> ends(std::size_t identities) && {
    if (!rest_.empty() || inside_ || behind_ || certificates_ != identities * each_) return {};
    return {std::move(first_), std::move(last_)};
  }

 private:
  static constexpr std::size_t longest_line = 4096;

  void line(std::string_view text) {
    behind_ = text != end_line;
    if (text == "-----BEGIN CERTIFICATE-----\n") {
      inside_ = true;
      one_.clear();
    }
    if (inside_) one_ += text;
    if (text != end_line) return;
    inside_ = false;
    if (certificates_++ % each_ != 0) return;  // of the chain
    if (first_.empty()) first_ = one_;
    last_ = one_;
  }

  std::size_t each_;
  std::string rest_{}, one_{}, first_{}, last_{};
  std::size_t certificates_ = 0;
  bool inside_ = false, behind_ = false;
};

std::vector<std::string> BundleOutput::standing(NameList& list, const Cancel& cancel) const {
  // Somebody else's file may be anything: a pipe must not be waited for.
  const Descriptor file(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts {};
  if (!file.valid() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
  BundleReader reader(each_);
  std::vector<char> chunk(1U << 16U);
  bool readable = true;
  for (ssize_t n = 1; readable && n > 0;) {
    n = ::read(file.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) {
      n = 1;
      continue;
    }
    readable = n >= 0 && !cancel.requested() && reader.take({chunk.data(), static_cast<std::size_t>(n)});
  }
  wipe(std::as_writable_bytes(std::span(chunk)));
  return readable ? std::move(reader).ends(list.size()) : std::vector<std::string>{};
}

Status BundleOutput::finish() {
  if (finished_) return success();
  // A link and not a rename: it fails where somebody made that file meanwhile.
  // Where a cut came right behind it, the file is there already, and it is this one.
  if (::link(part_.c_str(), file_.c_str()) != 0 && (errno != EEXIST || !still_named(fd_, file_)))
    return disk_error("creating", file_, errno);
  if (::unlink(part_.c_str()) != 0) return disk_error("removing", part_, errno);
  return sync_folder_of(file_);
}

}  // namespace

std::unique_ptr<Output> bundle_output(fs::path file, std::size_t certificates_each) {
  return std::make_unique<BundleOutput>(std::move(file), certificates_each);
}

}  // namespace epki::cli
