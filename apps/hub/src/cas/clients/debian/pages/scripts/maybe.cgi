#!/usr/bin/perl
# Asked once, by a parameter that the hub brings back.
require "./start.pl";
our ($cas, $ticket, $service);
if ($ticket) { answer($cas->validateST($service, $ticket) // "refused: " . AuthCAS::get_errors()) }
if ($service =~ /asked=1/) { answer("a guest") }
go($cas->getServerLoginGatewayURL($service . ($service =~ /\?/ ? "&" : "?") . "asked=1"));
