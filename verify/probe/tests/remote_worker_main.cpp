// A responder in a process of its own, as `respond --stdio` is: for the tests of the pipe.

#include <cstdio>
#include <string_view>

#include "verify/probe/remote_session.hpp"

int main(int argc, char** argv) {
  const epki::Cancel cancel;
  epki::probe::remote::SessionPlan plan;
  plan.version = "test";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--banner") std::puts("Welcome to this computer.\n{\"not\": \"ours\"}");
    if (word == "--other-version") {
      std::puts(R"({"who":"ec200u-pki responder","protocol":99,"version":"9.9"})");
      return 0;
    }
  }
  std::fflush(stdout);
  const auto served = epki::probe::remote::serve(0, 1, plan, cancel);
  if (!served) std::fprintf(stderr, "%s\n", served.error().what.c_str());
  return served ? 0 : 1;
}
