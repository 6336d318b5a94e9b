// The child that judge() starts.

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "verify/oracle/oracle.hpp"
#include "verify/oracle/wire.hpp"

namespace epki::oracle {

namespace {

void limit(decltype(RLIMIT_AS) what, rlim_t most) {
  // Where the system refuses, the parent's time limit still holds.
  const rlimit both{most, most};
  [[maybe_unused]] const int set = ::setrlimit(what, &both);
}

void limit_resources() {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, 10);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they map terabytes at start
  limit(RLIMIT_AS, 512UL << 20U);
#endif
}

Result<std::string> read_standard_input() {
  std::string all;
  std::array<char, 65536> chunk{};
  for (;;) {
    const auto n = ::read(0, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error{Errc::internal, "no question on stdin"};
    if (n == 0) return all;
    all.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace

int worker_main() {
  limit_resources();
  const auto text = read_standard_input();
  const auto question = text ? parse_question(*text) : Result<Question>(text.error());
  if (!question) {
    std::fprintf(stderr, "%s\n", question.error().what.c_str());
    return 2;
  }
  const auto answer = opinion_text(judge_here(*question)) + "\n";
  return std::fwrite(answer.data(), 1, answer.size(), stdout) == answer.size() && std::fflush(stdout) == 0 ? 0 : 5;
}

}  // namespace epki::oracle
