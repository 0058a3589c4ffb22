using CeleryNet.Extensibility;
using Microsoft.Extensions.Options;

namespace CeleryNet.Security;

/// <summary>Checks the options when the host starts, and that the keys and certificates they name can be used.</summary>
internal sealed class CelerySecurityOptionsValidator(IEnumerable<CelerySerializer> serializers, TimeProvider time) : IValidateOptions<CelerySecurityOptions>
{
    public ValidateOptionsResult Validate(string? name, CelerySecurityOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        CheckPath(result, options.Key, nameof(options.Key), "a private key in PEM (security_key)");
        CheckPath(result, options.Certificate, nameof(options.Certificate), "the certificate of the key in PEM (security_certificate)");
        CheckPath(result, options.CertificateStore, nameof(options.CertificateStore), "a directory of certificates or a path such as 'certs/*.pem' (security_cert_store)");
        if (!Enum.IsDefined(options.Layout))
        {
            result.AddError($"must be Celery52 or Celery55, was {options.Layout}", nameof(options.Layout));
        }

        var sofar = result.Build();
        if (sofar.Failed)
        {
            return sofar;
        }

        try
        {
            _ = new AuthSerializer(options, [new JsonCelerySerializer(typeTags: false), .. serializers], time);
            return ValidateOptionsResult.Success;
        }
        catch (CeleryConfigurationException error)
        {
            return ValidateOptionsResult.Fail(error.Message);
        }
    }

    private static void CheckPath(ValidateOptionsResultBuilder result, string path, string key, string what)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            result.AddError($"is not set; it must be the path of {what}", key);
        }
    }
}
