//! Where findings are to be imported.

use std::{error::Error, fmt};

/// The longest name of a region (<https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html>).
const MOST_OF_REGION: usize = 16;

/// The partitions besides `aws`, by how the names of their regions begin (botocore's `partitions.json`).
const PARTITIONS: &[(&str, &str)] = &[
    ("cn-", "aws-cn"),
    ("eusc-", "aws-eusc"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
];

/// The AWS account and the region into which findings are to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    account: [u8; 12],
    /// Filled up with spaces.
    region: [u8; MOST_OF_REGION],
}

/// What is no account, or no region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetError {
    /// An account id has twelve digits.
    Account,
    /// A region has a name like `eu-west-1`.
    Region,
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "an AWS account id has twelve digits",
            Self::Region => "an AWS region has a name like eu-west-1",
        })
    }
}

impl Error for TargetError {}

impl Target {
    /// Returns the target for an account id and the name of a region.
    ///
    /// # Errors
    ///
    /// When one of them is none.
    pub fn new(account: &str, region: &str) -> Result<Self, TargetError> {
        let account: [u8; 12] = (account.as_bytes().try_into())
            .ok()
            .filter(|id: &[u8; 12]| id.iter().all(u8::is_ascii_digit))
            .ok_or(TargetError::Account)?;
        let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = !region.is_empty() && region.len() <= MOST_OF_REGION;
        if !fits || !region.contains('-') || !region.bytes().all(is_name) {
            return Err(TargetError::Region);
        }
        let mut padded = [b' '; MOST_OF_REGION];
        padded[..region.len()].copy_from_slice(region.as_bytes());
        Ok(Self {
            account,
            region: padded,
        })
    }

    /// Returns the account id.
    pub fn account(&self) -> &str {
        std::str::from_utf8(&self.account).unwrap_or_default()
    }

    /// Returns the name of the region.
    pub fn region(&self) -> &str {
        std::str::from_utf8(&self.region)
            .unwrap_or_default()
            .trim_end()
    }

    /// Returns the ARN under which an account imports findings of its own tools
    /// (<https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-custom-providers.html>).
    pub(super) fn product_arn(&self) -> String {
        let (account, region) = (self.account(), self.region());
        let partition = PARTITIONS
            .iter()
            .find(|(start, _)| region.starts_with(start));
        let partition = partition.map_or("aws", |(_, partition)| partition);
        format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default")
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, TargetError};

    #[track_caller]
    fn check(account: &str, region: &str, expected: Result<&str, TargetError>) {
        let arn = Target::new(account, region).map(|target| target.product_arn());
        assert_eq!(arn.as_deref().map_err(|error| *error), expected);
    }

    #[test]
    fn the_partition_is_that_of_the_region() {
        let own = "123456789012";
        check(
            own,
            "eu-west-1",
            Ok("arn:aws:securityhub:eu-west-1:123456789012:product/123456789012/default"),
        );
        check(
            own,
            "us-gov-west-1",
            Ok(
                "arn:aws-us-gov:securityhub:us-gov-west-1:123456789012:product/123456789012/default",
            ),
        );
        check(
            own,
            "cn-north-1",
            Ok("arn:aws-cn:securityhub:cn-north-1:123456789012:product/123456789012/default"),
        );
        check("12345678901", "eu-west-1", Err(TargetError::Account));
        check("12345678901x", "eu-west-1", Err(TargetError::Account));
        for region in ["", "Europe", "eu west-1", "a-very-long-region-1"] {
            check(own, region, Err(TargetError::Region));
        }
    }
}
