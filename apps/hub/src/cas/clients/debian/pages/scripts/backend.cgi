#!/usr/bin/perl
require "./start.pl";
our ($cas, $ticket, $service);
my ($user, @proxies) = $cas->validatePT($service, $ticket);
answer(defined $user ? "$user by @proxies" : "refused: " . AuthCAS::get_errors());
