use axum::http::HeaderMap;
use ring::rand::SecureRandom;

/// The identifier of a request: the client's own if it can stand in a log, or a fresh one.
pub(super) fn request_id(headers: &HeaderMap, rng: &dyn SecureRandom) -> String {
    let own = headers.get("x-request-id").and_then(|value| value.to_str().ok());
    if let Some(own) = own.filter(|own| is_id(own)) {
        return own.to_owned();
    }
    let mut octets = [0; 16];
    // Without randomness requests share an identifier of zeros; nothing but the log depends on it.
    let _ = rng.fill(&mut octets);
    hex::encode(octets)
}

fn is_id(text: &str) -> bool {
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.:".contains(&octet);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn only_what_can_stand_in_a_log_is_taken_over() {
        let id = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-request-id", value.parse().unwrap());
            request_id(&headers, &SystemRandom::new())
        };
        assert_eq!(id("0a-B_c.d:1"), "0a-B_c.d:1");
        for bad in ["", "a b", "a\"b", &"x".repeat(65)] {
            assert_eq!(id(bad).len(), 32, "{bad:?}");
            assert_ne!(id(bad), id(bad));
        }
    }
}
