// Asking in a child that can be killed.

#include "core/child.hpp"
#include "verify/oracle/oracle.hpp"
#include "verify/oracle/wire.hpp"

namespace epki::oracle {

namespace {

// More than any chain or root store needs, less than would take long to hand over.
constexpr std::size_t input_limit = 8U << 20U;

Opinion undecided(std::string reason) {
  return {Verdict::undecided, std::move(reason), {}};
}

std::string in_seconds(std::chrono::milliseconds span) {
  return span.count() % 1000 == 0 ? std::to_string(span.count() / 1000) + " s" : std::to_string(span.count()) + " ms";
}

std::size_t size_of(const Question& question) {
  std::size_t size = question.chain_pem.size() + question.host.size();
  for (const auto& text : question.trusted_pem) size += text.size();
  return size;
}

}  // namespace

Result<Opinion> judge(const Question& question, const Worker& worker) {
  if (size_of(question) > input_limit) return undecided("the certificates are larger than 8 MiB in all");
  const auto by = after(worker.limit);
  Child::Options options{worker.argv};
  options.unset = {"EC200U_PKI_PASSPHRASE"};
  options.pipe_input = true;
  auto child = Child::start(options);
  if (!child)
    return Error{Errc::internal, "the oracle's process cannot be started: " + child.error().what, child.error().hint};

  const auto asked = child->write_input(question_text(question), by);
  child->close_input();
  const auto answer = asked ? child->read_all(by) : Result<std::string>(asked.error());
  const auto code = child->wait(by);
  if (!code) {
    child->kill_now();
    return undecided("Botan gave no answer within " + in_seconds(worker.limit));
  }
  if (*code > 128) return undecided("Botan's process was ended by signal " + std::to_string(*code - 128));
  if (*code != 0) return undecided("Botan's process failed with exit code " + std::to_string(*code));
  if (!answer) return undecided("Botan's process gave no answer");
  auto opinion = parse_opinion(*answer);
  if (!opinion) return undecided("Botan's process answered nothing that can be understood");
  return opinion;
}

}  // namespace epki::oracle
