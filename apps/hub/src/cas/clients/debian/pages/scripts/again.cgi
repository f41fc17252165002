#!/usr/bin/perl
# AuthCAS does not know of renew; the address takes it, at login and at validation.
require "./start.pl";
our ($cas, $ticket, $service);
go($cas->getServerLoginURL($service) . "&renew=true") unless $ticket;
my $user = $cas->validateST($service, "$ticket&renew=true");
answer($user // "refused: " . AuthCAS::get_errors());
