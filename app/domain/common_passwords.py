"""The passwords people choose most, case-folded: 8 characters or more, and no numbers."""

_LIST = """
!@#$%^&* !@#$1234 !qaz2wsx 1111aaaa 123!@#qwe 1234!@#$ 123456789a 123456789q 12345678a 12345678q
1234567a 1234567q 123456aa 123456abc 123456qwerty 12345qwert 1234qwer 123abc456 123qwe123
123qweasd 123qweasdzxc 1a2b3c4d 1password 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc
1qazxsw2 2password 2wsx3edc a12345678 a123456789 a1234567890 a1b2c3d4 a1s2d3f4 aa123456
aa12345678 aaaa1111 aaaaaaaa abc123!@# abc12345 abc123456 abc1234567 abc123abc abcabc123
abcd1234 abcd12345 abcde123 abcdef123 abcdefg1 abcdefgh abcdefghi adgangskode admin!23 admin001
admin123 admin1234 admin12345 admin123456 admin2020 admin2021 admin2022 admin2023 admin2024
admin2025 admin2026 admin@123 admin@1234 adminadmin administrador administrator administrator1
airborne alexander alexander1 alexander12 alexander123 alexandra alexandra1 alexandra12
alexandra123 amanda12 amanda123 amazon123 america1 america12 america123 andrew12 andrew123
android1 android123 angel123 angels12 angels123 anthony1 anthony12 anthony123 anything argentina
argentina1 argentina12 argentina123 arsenal1 arsenal12 arsenal123 asd123asd asdasdasd asdf1234
asdfasdf asdfghjk asdfghjkl asdfjkl; asdfqwer ashley12 ashley123 assassin assassins asshole1
austin12 austin123 australia australia1 australia12 australia123 autumn12 autumn123 azerty123
azertyui azertyuiop babyboy1 babyboy12 babyboy123 babygirl babygirl1 babygirl12 babygirl123
bailey12 bailey123 banana12 banana123 barcelona barcelona1 barcelona12 barcelona123 baseball
baseball1 baseball12 baseball123 basketball basketball1 basketball12 basketball123 batman12
batman123 battlefield bbbbbbbb beautiful beautiful1 beautiful123 benjamin benjamin1 benjamin12
benjamin123 bitches1 blackberry blessed1 blessed12 blessed123 blink182 blink1821 blink18212
blink182123 blowjobs boston12 boston123 brandon1 brandon12 brandon123 brasil12 brasil123
brittany brittany1 brittany12 brittany123 broncos1 broncos12 broncos123 brooklyn brooklyn1
brooklyn12 brooklyn123 brother1 brother12 brother123 bulldog1 bulldog123 bullshit buster12
buster123 butterfly butterfly1 butterfly12 butterfly123 california california1 california12
california123 callofduty cameron1 cameron12 cameron123 canada12 canada123 caroline caroline1
caroline12 caroline123 catherine catherine1 catherine12 catherine123 celtic12 celtic123 champion
champion1 champion12 champion123 changeit1 changeme changeme! changeme1 changeme123 charlie1
charlie12 charlie123 cheese12 cheese123 chelsea1 chelsea12 chelsea123 cherry12 cherry123
chicago1 chicago12 chicago123 chocolate chocolate1 chocolate12 chocolate123 christian christian1
christian12 christian123 christina christina1 christina12 christina123 christine christine1
christine12 christine123 christopher christopher1 christopher12 christopher123 computer
computer1 computer12 computer123 contrasena contraseña cookie12 cookie123 corvette corvette1
corvette12 corvette123 counterstrike courtney courtney1 courtney12 courtney123 cowboys1
cowboys12 cowboys123 cristina cristina1 cristina12 cristina123 crystal1 crystal12 crystal123
cupcake1 cupcake12 cupcake123 daddy123 dakota12 dakota123 dallas12 dallas123 daniel12 daniel123
danielle danielle1 danielle12 danielle123 december december1 december12 december123 default1
default123 demo1234 demodemo diamond1 diamond12 diamond123 dolphins dolphins1 dolphins12
dolphins123 dontforget dragon12 dragon123 dragonball dragonball1 dragonball12 dragonball123
drowssap eagles12 eagles123 einstein elephant elizabeth elizabeth1 elizabeth12 elizabeth123
eminem12 eminem123 england1 england12 england123 everton1 everton12 everton123 explorer facebook
facebook1 facebook123 family12 family123 favorite february february1 february12 february123
fernando fernando1 fernando12 fernando123 ferrari1 ferrari12 ferrari123 firebird florida1
florida12 florida123 flower12 flower123 football football1 football11 football112 football1123
football12 football123 forever1 forever12 forever123 forget123 forgetmenot fortnite fortnite1
france12 france123 francisco francisco1 francisco12 francisco123 freedom1 freedom12 freedom123
friday12 friday123 friends1 friends12 friends123 friendship friendship1 friendship12
friendship123 fuckoff1 fuckyou! fuckyou1 fuckyou2 gabriel1 gabriel12 gabriel123 gabriela
gabriela1 gabriela12 gabriela123 garfield garfield1 garfield123 george12 george123 germany1
germany12 germany123 ginger12 ginger123 gmail123 golden12 golden123 google123 googlegoogle
gorgeous gorgeous1 gorgeous123 greenday greenday1 greenday12 greenday123 guest123 guest1234
guitar12 guitar123 gustavo1 gustavo12 gustavo123 halflife handsome handsome1 handsome123
hannah12 hannah123 hardcore harley12 harley123 haslo123 heather1 heather12 heather123 heaven12
heaven123 hello123 hello1234 hello12345 hellohello hellokitty hellokitty1 helloworld heslo123
hithere1 hockey12 hockey123 honda123 honey123 hotmail1 hotmail123 hotstuff hunter12 hunter123
iamthebest idontcare idontknow ihateyou ihateyou1 ilovecats ilovedad ilovedogs ilovegod iloveher
ilovehim ilovejesus iloveme1 iloveme2 ilovemom ilovemum ilovemusic ilovemyself ilovesex iloveu12
iloveyou iloveyou! iloveyou1 iloveyou11 iloveyou12 iloveyou123 iloveyou2 iloveyou3 iloveyou7
iloveyousomuch iluvyou1 instagram instagram1 internet internet1 internet123 iphone123 ireland1
ireland12 ireland123 isabella isabella1 isabella12 isabella123 january1 january12 january123
jasmine1 jasmine12 jasmine123 jennifer jennifer1 jennifer12 jennifer123 jessica1 jessica12
jessica123 jesus123 jesuschrist jesuschrist1 jesuschrist12 jesuschrist123 jonathan jonathan1
jonathan12 jonathan123 jordan12 jordan123 joshua12 joshua123 justin12 justin123 juventus
juventus1 juventus12 juventus123 kawasaki kawasaki1 kawasaki12 kawasaki123 keyboard keyboard1
killer12 killer123 kimberly kimberly1 kimberly12 kimberly123 ladybug1 lakers12 lakers123
laptop123 lenovo123 letmein! letmein1 letmein12 letmein123 letmeinnow letmeknow lifeisgood
lightning lightning1 lightning12 lightning123 linkedin linkedin1 linux123 live2love liverpool
liverpool1 liverpool12 liverpool123 lkjhgfdsa logitech lollipop london12 london123 lorena12
lorena123 losenord lovebug1 lovehurts loveless lovelove lovelove1 lovely12 lovely123 loveme123
lover123 lovers12 lovesucks loveyou1 loveyou2 lozinka1 lösenord m123456789 macintosh madison1
madison12 madison123 maggie12 maggie123 manager1 manager123 manchester manchester1 manchester12
manchester123 manutd12 manutd123 maria123 mariana1 mariana12 mariana123 marine123 marlboro
martin12 martin123 master12 master123 matthew1 matthew12 matthew123 maverick melissa1 melissa12
melissa123 mercedes mercedes1 mercedes12 mercedes123 metallica metallica1 metallica12
metallica123 mexico12 mexico123 michael1 michael12 michael123 michelle michelle1 michelle12
michelle123 mickey123 mickeymouse mickeymouse1 mickeymouse123 microsoft microsoft1 midnight
midnight1 midnight12 midnight123 minecraft minecraft1 minecraft123 mnbvcxz1 molly123 mommy123
monday12 monday123 money123 monica12 monica123 monkey12 monkey123 monopoly moonlight moonlight1
moonlight12 moonlight123 motdepasse mother12 mother123 motorola motorola1 mountain music123
mustang1 mustang12 mustang123 mylove123 mypassword mysql123 naruto12 naruto123 natalie1
natalie12 natalie123 natasha1 natasha12 natasha123 netflix1 netflix123 nevermind newpassword
newyork1 newyork12 newyork123 nicholas nicholas1 nicholas12 nicholas123 nicole12 nicole123
ninja123 nintendo nintendo1 nirvana1 nirvana12 nirvana123 nokia123 noneofyourbusiness nopassword
nothing0 nothing1 nothing123 november november1 november12 november123 october1 october12
october123 oldpassword onelove1 onlyme12 opensesame opensesame1 oracle123 orange12 orange123
p@$$w0rd p@ssw0rd p@ssw0rd! p@ssw0rd1 p@ssw0rd123 p@ssword p@ssword1 p@ssword123 pa$$w0rd
pa$$word pa55word packers1 packers12 packers123 parola123 pass1234 pass12345 pass123456 pass@123
pass@1234 passpass passpass1 passw0rd passw0rd! passw0rd1 passwd123 password password!
password!1 password#1 password0 password00 password01 password1 password11 password12
password123 password1234 password12345 password13 password2 password22 password3 password69
password77 password88 password99 password@1 password@123 password_1 passwordpassword passwort
passwort1 passwort123 patricia patricia1 patricia12 patricia123 patrick1 patrick12 patrick123
patriots patriots1 patriots12 patriots123 peaches1 peanut12 peanut123 penguin1 pepper12
pepper123 phoenix1 phoenix12 phoenix123 pictures pineapple pineapple1 pineapple12 pineapple123
playboy1 playboy123 playstation playstation3 poiuytrewq pokemon1 pokemon12 pokemon123 porsche1
porsche12 porsche123 postgres postgres1 postgres123 precious precious1 precious123 princess
princess1 princess12 princess123 private1 private123 pumpkin1 purple12 purple123 pussycat
q123456789 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qazwsx123 qazwsxedc qwe123456 qwe123qwe qweasd123
qweasdzxc qweqweqwe qwer1234 qwerasdf qwerty00 qwerty01 qwerty11 qwerty12 qwerty123 qwerty1234
qwerty12345 qwerty123456 qwertyqwerty qwertyui qwertyuiop qwertzui qwertzuiop raiders1 raiders12
raiders123 rainbow1 rainbow12 rainbow123 ranger123 rangers1 rangers12 rangers123 realmadrid
realmadrid1 realmadrid12 realmadrid123 rebecca1 rebecca12 rebecca123 redhat123 redskins redsox12
redsox123 remember remember1 richard1 richard12 richard123 robert12 robert123 roblox123
rockandroll rockstar rockstar1 rocky123 rockyou1 root1234 root12345 rootroot rush2112 s12345678
sabrina1 sabrina12 sabrina123 salasana samantha samantha1 samantha12 samantha123 sammy123
samsung1 samsung12 samsung123 samsunggalaxy sandra12 sandra123 santiago santiago1 santiago12
santiago123 saturday saturday1 saturday12 saturday123 savannah savannah1 savannah12 savannah123
schalke04 schatzi1 scooter1 scooter12 scooter123 scorpion scotland scotland1 scotland12
scotland123 sebastian sebastian1 sebastian12 sebastian123 secret12 secret123 secret1234
secretsecret secure123 security security1 semperfi senha123 senha1234 september september1
september12 september123 service1 sexybitch sexygirl shadow12 shadow123 shithead shopping1
silver12 silver123 simple123 sisters1 sisters12 sisters123 skywalker slipknot slipknot1
slipknot12 slipknot123 smokeweed snapchat sniper123 snoopy12 snoopy123 snowball snowboard
soccer12 soccer123 softball softball1 softball12 softball123 soldier1 soldier123 something
something1 sony1234 soulmate southpark spiderman spiderman1 spiderman12 spiderman123 spitfire
spongebob spongebob1 spring12 spring123 srinivas stalker1 standard starcraft stargate starlight
starlight1 starlight12 starlight123 startrek startrek1 startrek12 startrek123 starwars starwars1
starwars12 starwars123 steelers steelers1 steelers12 steelers123 stephanie stephanie1
stephanie12 stephanie123 strawberry strawberry1 strawberry12 strawberry123 student1 student123
stupid123 summer12 summer123 sunday12 sunday123 sunflower sunshine sunshine1 sunshine12
sunshine123 superadmin superadmin1 superman superman1 superman12 superman123 superuser
sweetheart sweetie1 sweetie12 sweetie123 sweetpea sweety12 sweety123 swimming swordfish sysadmin
sysadmin1 system123 system32 teacher1 teamo123 teddybear temp1234 temporary temppass tennessee
tennis12 tennis123 tequiero tequieromucho test1234 test12345 test123456 test@123 tester12
tester123 testing1 testing123 testpass testtest testuser thailand theman12 thepassword thinkpad
thomas12 thomas123 thunder1 thunder12 thunder123 tigger12 tigger123 titanic1 together tomorrow
toor1234 topsecret topsecret1 tornado1 tornado12 tornado123 toshiba1 tottenham toyota12
toyota123 treasure trinity1 triumph1 trooper1 trooper123 trustme1 trustno1 trustnoone tweety12
tweety123 twitter1 twitter123 ubuntu123 undertaker universe unknown1 unknown123 user1234
user12345 username username1 vacation valentin valentina valentina1 valentina12 valentina123
valhalla vampire1 vanessa1 vanessa12 vanessa123 veronica veronica1 veronica12 veronica123
victoria victoria1 victoria12 victoria123 vincent1 vincent12 vincent123 vladimir volkswagen
volleyball volleyball1 volleyball12 volleyball123 w123456789 wachtwoord warcraft warcraft1
warrior1 warrior12 warrior123 welcome! welcome01 welcome1 welcome1! welcome12 welcome123
welcome2 welcome2024 welcome2025 welcome2026 welcome@1 welcome@123 welcometo westside whatever
whatever1 whatever12 whatever123 whatsapp whatsapp1 whatsup1 wildcats william1 william12
william123 windows1 windows10 windows11 windows7 windows95 windowsxp winter12 winter123 wolfgang
woodland wordpass work1234 worldofwarcraft wrangler xavier12 xbox360x xxxxxxxx yahoo123 yamaha12
yamaha123 yankees1 yankees12 yankees123 yellow12 yellow123 yourpassword youtube1 youtube123
z123456789 zaq12wsx zaq1xsw2 zaq1zaq1 zeppelin zxasqw12 zxcv1234 zxcvbnm, zxcvbnm1 zxcvbnm12
zxcvbnm123 zxcvzxcv zzzzzzzz
"""

COMMON = frozenset(_LIST.split())
