// Every cut point and ten thousand drawn fault runs of provision, against the simulator, in simulated time. Prints what
// was tried; ends with 1 where a report said more than is true, or fewer than 999 of 1,000 were provisioned within
// three runs.

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/faults/trials.hpp"

namespace {

bool show(const char* what, const epki::faults::Tally& tally) {
  std::printf("%-28s %6zu tried  %6zu ended well  %6zu in the first run  %4zu wrong\n", what, tally.tried,
              tally.ended_well, tally.first_run, tally.wrong.size());
  for (const auto& text : tally.wrong) std::printf("WRONG %s\n", text.c_str());
  for (const auto& text : tally.unended) std::printf("not provisioned after three runs: %s\n", text.c_str());
  std::fflush(stdout);
  return tally.wrong.empty() && tally.ended_well * 1000 >= tally.tried * 999;
}

std::size_t number(char** argv, int argc, int at, std::size_t otherwise) {
  return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
}

}  // namespace

// faults_bench cuts [STEP] | faults_bench seeds [COUNT [FIRST]] | faults_bench show SEED
int main(int argc, char** argv) {
  using namespace epki::faults;
  const std::string_view what = argc > 1 ? argv[1] : "cuts";
  if (what == "seeds") {
    const auto count = number(argv, argc, 2, 10000);
    return show("drawn faults", draw_faults(number(argv, argc, 3, 1), count)) ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  if (what == "show") {
    std::fputs(told_of_seed(number(argv, argc, 2, 1)).c_str(), stdout);
    return EXIT_SUCCESS;
  }
  const auto step = number(argv, argc, 2, 1);
  bool well = show("the tool killed at a byte", kill_the_tool(1, step));
  well = show("the power cut at a command", cut_the_power(1, 1)) && well;
  well = show("the power cut in an upload", cut_an_upload(1, step)) && well;
  return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
