#!/usr/bin/perl
# Acts for its user at backend.cgi. The hub hands the proxy-granting ticket to this script, too.
require "./start.pl";
our ($cas, $ticket, $service);
$cas->proxyMode(pgtFile => "$ENV{TICKETS}/perl-tickets", pgtCallbackUrl => "$ENV{SITE}/portal.cgi?callback=1");
my $query = $ENV{QUERY_STRING} // "";
if ($query =~ /pgtIou=([^&]+)&pgtId=([^&]+)/) { $cas->storePGT($1, $2); answer("kept") }
if ($query =~ /callback=1/) { answer("nothing to keep") }
go($cas->getServerLoginURL($service)) unless $ticket;
my $user = $cas->validateST($service, $ticket);
answer("refused: " . AuthCAS::get_errors()) unless defined $user;
my $target = "$ENV{SITE}/backend.cgi?q=two%20words&r=a+b";
my $proxy_ticket = $cas->retrievePT($target);
answer("no ticket: " . AuthCAS::get_errors()) unless defined $proxy_ticket;
go("$target&ticket=$proxy_ticket");
