"""Files to the subscriber's own server: sftp, ftps and ftp (contract, section 12)."""
