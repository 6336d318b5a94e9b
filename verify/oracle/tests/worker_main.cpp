#include "verify/oracle/oracle.hpp"

int main() {
  return epki::oracle::worker_main();
}
