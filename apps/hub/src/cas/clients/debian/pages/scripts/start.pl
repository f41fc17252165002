# What every script of this site begins with.
use strict;
use warnings;
use AuthCAS;

our $cas = AuthCAS->new(casUrl => $ENV{CAS_URL}, CAFile => $ENV{AUTHORITY});
our ($ticket) = ($ENV{QUERY_STRING} // "") =~ /(?:^|&)ticket=([^&]*)$/;
our $service = $ENV{SITE} . $ENV{REQUEST_URI};
$service =~ s/[?&]ticket=[^&]*$//;

sub answer { print "Content-Type: text/plain\r\n\r\n@_"; exit }
sub go { print "Status: 302\r\nLocation: $_[0]\r\n\r\n"; exit }

1;
