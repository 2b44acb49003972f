"""What happens to one element or one group, pure: no Beam, no sockets, no clock."""
