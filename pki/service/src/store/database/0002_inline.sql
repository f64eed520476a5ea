-- only postgres
-- Answers and provisioning certificates are of some KiB and do not compress: they stay in their rows, which fit a page.
ALTER TABLE reply SET (toast_tuple_target = 8160);
ALTER TABLE provisioning SET (toast_tuple_target = 8160);
ALTER TABLE authority SET (toast_tuple_target = 8160);
-- Room for the next state of a contract beside the last, so that no index has to follow.
ALTER TABLE contract SET (fillfactor = 85);
