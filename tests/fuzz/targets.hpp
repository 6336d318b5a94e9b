#pragma once
// What is fed with bytes that nobody meant to be read. Each function must return, whatever it is given; sanitizers
// watch.

#include <string_view>

namespace epki::fuzz {

void lint_file(std::string_view bytes);             ///< any file, through every rule
void certificate(std::string_view bytes);           ///< DER alone: facts, requests, revocation lists, public keys
void profile_file(std::string_view bytes);          ///< TOML of a certificate profile
void job_file(std::string_view bytes);              ///< TOML of a line's job
void persona_file(std::string_view bytes);          ///< TOML of a simulated modem
void ledger_head(std::string_view bytes);           ///< what ledger import-head reads
void client_hello(std::string_view bytes);          ///< a modem's first TLS message
void client_mqtt(std::string_view bytes);           ///< MQTT that a modem sends to our responder
void simulator_mqtt(std::string_view bytes);        ///< MQTT that a broker sends to the simulated modem
void oracle_words(std::string_view bytes);          ///< what a command and the oracle's child say to each other
void project_file(std::string_view bytes);          ///< TOML of a project
void broker_configuration(std::string_view bytes);  ///< mosquitto.conf, and its cipher list
void dns_query(std::string_view bytes);             ///< what arrives at the DNS responder
void dns_reply(std::string_view bytes);             ///< what a name server sends to the simulated modem
void remote_line(std::string_view bytes);           ///< lines of the pipe to a responder elsewhere, both ways
void relayed_bytes(std::string_view bytes);         ///< what passes through a relay, both ways in turn
void broker_model(std::string_view bytes);          ///< mosquitto.conf as broker check reads it, and an included file
void access_list(std::string_view bytes);           ///< acl_file
void mqtt_answers(std::string_view bytes);          ///< what a broker sends to broker test
void at_conversation(std::string_view bytes);       ///< what a modem says while it is asked, uploaded to, read from
void modem_replies(std::string_view bytes);         ///< its lines, through every reader of one
void boot_capture(std::string_view bytes);          ///< a capture of a UART, and a boot sequence as JSON

}  // namespace epki::fuzz
