// Numbers into words (AT reference, 1.2, 2 and 3; 3GPP 27.007, 9.2 for the SIM).

#include <algorithm>
#include <array>
#include <span>

#include "provision/ec200u/modem.hpp"

namespace epki::ec200u {

namespace {

struct Entry {
  int code;
  std::string_view words;
};

constexpr std::array file_errors{
    Entry{400, "invalid input"},
    Entry{401, "larger than the size stated"},
    Entry{402, "zero bytes"},
    Entry{403, "the file store is full"},
    Entry{404, "file not found"},
    Entry{405, "file not found"},
    Entry{406, "invalid file name"},
    Entry{407, "a file of that name exists already"},
    Entry{408, "the file could not be created"},
    Entry{409, "the file could not be written"},
    Entry{410, "the file could not be opened"},
    Entry{411, "the file could not be read"},
    Entry{412, "longer than the greatest length"},
    Entry{413, "too many files are open"},
    Entry{414, "the file is read-only"},
    Entry{416, "invalid file handle"},
    Entry{417, "the files could not be listed"},
    Entry{418, "the file could not be deleted"},
    Entry{420, "no space left"},
    Entry{421, "timeout: fewer bytes came than announced"},
    Entry{423, "too large"},
    Entry{425, "invalid parameter"},
    Entry{426, "the file is open already"},
};

constexpr std::array ssl_errors{
    Entry{550, "unknown error"},
    Entry{551, "operation blocked"},
    Entry{552, "invalid parameters, or no context is free"},
    Entry{553, "out of memory"},
    Entry{554, "no socket could be made"},
    Entry{555, "not supported"},
    Entry{556, "the socket could not be bound"},
    Entry{557, "the socket could not listen"},
    Entry{558, "writing to the socket failed"},
    Entry{559, "reading from the socket failed"},
    Entry{560, "accepting a connection failed"},
    Entry{561, "the packet context could not be opened"},
    Entry{562, "the packet context could not be closed"},
    Entry{563, "the socket's number is in use"},
    Entry{564, "name look-up is busy"},
    Entry{565, "the name could not be looked up"},
    Entry{566, "connecting failed, or the server's certificate was refused"},
    Entry{567, "the socket was closed"},
    Entry{568, "busy"},
    Entry{569, "timeout"},
    Entry{570, "the packet context broke down"},
    Entry{571, "cancelled"},
    Entry{572, "not allowed"},
    Entry{573, "the access point name is not set"},
    Entry{574, "the port is in use"},
};

constexpr std::array mqtt_open_results{
    Entry{-1, "the network could not be opened"},
    Entry{0, "opened"},
    Entry{1, "wrong parameter"},
    Entry{2, "the client number is in use"},
    Entry{3, "the packet context could not be activated"},
    Entry{4, "the name could not be looked up, or a failure before or in TLS that this code also stands for"},
    Entry{5, "connecting to the network failed"},
};

std::string_view find(std::span<const Entry> table, int code) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Entry& entry) { return entry.code == code; });
  return found == table.end() ? std::string_view{} : found->words;
}

}  // namespace

std::string_view file_error_words(int code) {
  return find(file_errors, code);
}

std::string_view ssl_error_words(int code) {
  return find(ssl_errors, code);
}

std::string_view tcp_error_words(int code) {
  const auto words = ssl_error_words(code);
  return words.substr(0, words.find(", or the server's certificate"));
}

std::string_view mqtt_open_words(int code) {
  return find(mqtt_open_results, code);
}

std::vector<std::string> unsolicited_prefixes() {
  return {"RDY", "+CFUN:", "+CPIN:", "+QUSIM:", "+QIND:", "+QSIMSTAT:", "+CREG:", "+CGREG:", "+CEREG:", "+CTZV:",
          "+CTZE:", "+CTZDST:", "RING",
          "+CLIP:", "+CRING:", "+CMTI:", "+CMT:", "+CDS:", "+CUSD:", "+CGEV:", "NORMAL POWER DOWN", "POWERED DOWN",
          "SMS DONE", "PB DONE", "SMS Ready", "Call Ready",
          "+QIURC:", "+QIOPEN:", "+QICLOSE:", "+QSSLURC:", "+QSSLOPEN:", "+QSSLCLOSE:", "+QNTP:", "+QPING:",
          "+QMTSTAT:", "+QMTRECV:", "+QMTOPEN:", "+QMTCLOSE:", "+QMTCONN:", "+QMTDISC:", "+QMTSUB:", "+QMTUNS:",
          "+QMTPUB:", "+QMTPUBEX:", "+QMTPING:", "+QHTTPGET:", "+QHTTPPOST:",
          // The end of somebody else's call or data connection: nothing here dials.
          "NO CARRIER"};
}

}  // namespace epki::ec200u
