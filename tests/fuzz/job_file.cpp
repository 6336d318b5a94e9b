#include "config/job.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

void job_file(std::string_view bytes) {
  (void)config::parse_job(bytes, "job.toml", "/nowhere");
}

}  // namespace epki::fuzz
