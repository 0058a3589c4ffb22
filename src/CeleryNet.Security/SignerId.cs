using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;

namespace CeleryNet.Security;

/// <summary>
/// What names a certificate in a signed message: the values of its issuer in the order of the certificate, and its serial number, with one space between each of
/// them: <c>XX Example Corp signer 1234567890123</c>. celery/security/certificate.py Certificate.get_id
/// </summary>
internal static class SignerId
{
    /// <exception cref="AsnContentException">The issuer has a value that is no text.</exception>
    public static string Of(X509Certificate2 certificate)
        => string.Join(' ', IssuerValues(certificate.IssuerName.RawData).Append(
            new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture)));

    // Name: SEQUENCE OF RelativeDistinguishedName: SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }. RFC 5280 §4.1.2.4
    private static List<string> IssuerValues(ReadOnlyMemory<byte> name)
    {
        var values = new List<string>();
        var parts = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
        while (parts.HasData)
        {
            var attributes = parts.ReadSetOf(skipSortOrderValidation: true);
            while (attributes.HasData)
            {
                var attribute = attributes.ReadSequence();
                attribute.ReadObjectIdentifier();
                values.Add(attribute.ReadCharacterString((UniversalTagNumber)attribute.PeekTag().TagValue));
            }
        }

        return values;
    }
}
