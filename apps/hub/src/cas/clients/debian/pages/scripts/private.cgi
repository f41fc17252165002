#!/usr/bin/perl
# AuthCAS has no sessions: a page is shown to whoever brings a ticket.
require "./start.pl";
our ($cas, $ticket, $service);
go($cas->getServerLoginURL($service)) unless $ticket;
my $user = $cas->validateST($service, $ticket);
answer($user // "refused: " . AuthCAS::get_errors());
